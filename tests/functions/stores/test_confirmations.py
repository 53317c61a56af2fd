"""A confirmation counts once: what an attacker has is refused by name, on every store."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    from wxemu.client.testing import Phone
    from wxemu.client.testing.phone import Confirmation

pytestmark = pytest.mark.slow  # an emulator for each store

ORDER = {"order": "20261129-1", "amount": 128_00, "中文": [1, None]}
SECONDS = {"pay": 120, "unlock": 300}


@dataclass
class Shop:
    """The two functions as a user's mini program calls them, and the user's phone."""

    issue: ModuleType
    verify: ModuleType
    phone: Phone
    context_of: Any

    def challenge(self, purpose: str = "pay", payload: object = ORDER) -> str:
        answer = self.call(self.issue, purpose=purpose, payload=payload)
        assert (answer["errCode"], answer["errMsg"]) == (0, "issueChallenge:ok")
        assert answer["expiresIn"] == SECONDS[purpose]
        return str(answer["challenge"])

    def confirm(self, confirmation: Confirmation, purpose: object = "pay", **changes: Any) -> dict[str, Any]:
        return self.call(self.verify, **{**confirmation.signed, "purpose": purpose, **changes})

    def call(self, function: ModuleType, *, by: str | None = None, **event: Any) -> dict[str, Any]:
        answer: dict[str, Any] = function.main(event, self.context_of(by or self.phone.openid))
        return answer

    def reason(self, confirmation: Confirmation, purpose: object = "pay", **changes: object) -> str:
        answer = self.confirm(confirmation, purpose, **changes)
        assert (answer["errCode"], answer["isOk"]) == (0, False)
        assert set(answer) == {"errCode", "errMsg", "isOk", "reason"}
        return str(answer["reason"])


@pytest.fixture(scope="module")
def phone(emulator):
    """One for all tests: each makes its own challenges, and the keys of a phone take half a second."""
    return emulator.new_phone()


@pytest.fixture
def shop(emulator, phone, deploy, context_of, wx_store):
    app = emulator.app
    settings = {"WX_APPID": app.appid, "WX_SECRET": app.secret, "WX_API_BASE": emulator.url, "WX_STORE": wx_store}
    issue, verify = deploy("issueChallenge", **settings), deploy("verifySignature", **settings)
    return Shop(issue, verify, phone, context_of)


def test_what_the_user_confirmed_is_given_back(shop):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    answer = shop.confirm(confirmation)
    assert answer == {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": True, "payload": ORDER}


def test_a_challenge_is_long_random_and_fits(shop):
    challenges = {shop.challenge() for _ in range(20)}
    assert len(challenges) == 20
    assert all(43 <= len(challenge) <= 511 and challenge.isascii() for challenge in challenges)


def test_the_second_time_it_was_used(shop):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    assert shop.confirm(confirmation)["isOk"] is True
    assert shop.reason(confirmation) == "challenge_used"


def test_a_hundred_replays_at_once_are_accepted_once(shop):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: shop.confirm(confirmation), range(100)))
    assert [answer["isOk"] for answer in answers].count(True) == 1
    assert {answer.get("reason") for answer in answers} == {None, "challenge_used"}


def test_another_purpose_is_a_mismatch_and_costs_nothing(shop):
    confirmation = shop.phone.start_soter_authentication(shop.challenge("unlock"))
    assert shop.reason(confirmation, "pay") == "challenge_mismatch"
    assert shop.confirm(confirmation, "unlock")["isOk"] is True


def test_another_user_s_challenge_is_a_mismatch(shop, emulator):
    thief = emulator.new_phone()
    confirmation = thief.start_soter_authentication(shop.challenge())
    answer = shop.call(shop.verify, by=thief.openid, **confirmation.signed, purpose="pay")
    assert (answer["isOk"], answer["reason"]) == (False, "challenge_mismatch")


def test_a_forged_user_info_names_nobody(shop, emulator):
    thief = emulator.new_phone()
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    forged = {"userInfo": {"openId": shop.phone.openid, "appId": emulator.app.appid}}
    answer = shop.call(shop.verify, by=thief.openid, **confirmation.signed, purpose="pay", **forged)
    assert answer["reason"] == "challenge_mismatch"
    named = shop.call(shop.verify, by=thief.openid, **confirmation.signed, purpose="pay", openid=shop.phone.openid)
    assert named["errCode"] == 40003


@pytest.mark.parametrize(
    "challenge", ["never issued", "a" * 43, "", "中文", "'; DROP TABLE wxcloud_rows; --", '{"$ne": 1}']
)
def test_a_challenge_of_one_s_own_is_unknown(shop, challenge):
    if challenge:
        confirmation = shop.phone.start_soter_authentication(challenge)
        assert shop.reason(confirmation) == "challenge_unknown"
    else:
        text = json.dumps({"raw": "", "counter": 1})
        assert shop.call(shop.verify, jsonString=text, jsonSignature="", purpose="pay")["reason"] == "challenge_unknown"


@pytest.mark.parametrize("purpose", SECONDS)
def test_an_old_one_has_expired(shop, purpose, monkeypatch):
    confirmation = shop.phone.start_soter_authentication(shop.challenge(purpose))
    moved = shop.verify.cloud._instance
    monkeypatch.setattr(
        shop.verify.cloud, "_instance", type(moved)(moved.settings, moved.stores, later(moved.clock, SECONDS[purpose]))
    )
    assert shop.reason(confirmation, purpose) == "challenge_expired"


def later(clock, seconds):
    return lambda: clock() + seconds


@pytest.mark.parametrize("kind", ["tamperedRaw", "bogusSignature", "foreignKey", "wrongSalt"])
def test_a_forged_confirmation_costs_the_challenge(shop, kind):
    challenge = shop.challenge()
    shop.phone.override(kind)
    reason = shop.reason(shop.phone.start_soter_authentication(challenge))
    assert reason == ("challenge_unknown" if kind == "tamperedRaw" else "signature_invalid")
    honest = shop.phone.start_soter_authentication(challenge)
    if kind == "tamperedRaw":
        assert shop.confirm(honest)["isOk"] is True
    else:
        assert shop.reason(honest) == "challenge_used"


def test_a_counter_that_does_not_grow_is_a_replay(shop):
    assert shop.confirm(shop.phone.start_soter_authentication(shop.challenge()))["isOk"] is True
    shop.phone.override("staleCounter")
    stale = shop.phone.start_soter_authentication(shop.challenge())
    assert shop.reason(stale) == "counter_replayed"
    assert shop.confirm(shop.phone.start_soter_authentication(shop.challenge()))["isOk"] is True


def test_the_signature_of_another_confirmation_is_invalid(shop):
    one, other = (shop.phone.start_soter_authentication(shop.challenge()) for _ in range(2))
    assert shop.reason(one, jsonSignature=other.result_json_signature) == "signature_invalid"


def test_the_same_text_with_other_escapes_is_another_text(shop):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    escaped = confirmation.result_json.replace("counter", r"c\u006funter", 1)
    assert shop.reason(confirmation, jsonString=escaped) == "signature_invalid"


MUTATIONS = {
    "a member twice": lambda text: text.replace("{", '{"raw":"x",', 1),
    "an array": lambda text: f"[{text}]",
    "no JSON": lambda text: text[:-1],
    "nested": lambda text: json.dumps({"raw": json.loads(text)}),
    "raw as a number": lambda text: json.dumps({**json.loads(text), "raw": 1}),
    "raw as a list": lambda text: json.dumps({**json.loads(text), "raw": [json.loads(text)["raw"]]}),
    "deep": lambda text: "[" * 5000 + text,
    "large": lambda _text: json.dumps({"raw": "x" * 1_000_000}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_text_of_another_form_names_no_challenge(shop, name):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    assert shop.reason(confirmation, jsonString=MUTATIONS[name](confirmation.result_json)) == "challenge_unknown"
    assert shop.confirm(confirmation)["isOk"] is True


@pytest.mark.parametrize("purpose", [1, True, ["pay"], {"$ne": "pay"}, "", " " * 65, "pay\n"])
def test_a_purpose_is_a_short_text(shop, purpose):
    confirmation = shop.phone.start_soter_authentication(shop.challenge())
    assert shop.confirm(confirmation, purpose)["errCode"] == -501007
    assert shop.call(shop.issue, purpose=purpose)["errCode"] == -501007


@pytest.mark.parametrize("payload", ["a" * 16_385, float("nan")], ids=["too long", "no JSON"])
def test_a_payload_is_small_json(shop, payload):
    answer = shop.call(shop.issue, purpose="pay", payload=payload)
    assert (answer["errCode"], "payload must" in answer["errMsg"]) == (-501007, True)


def test_without_a_purpose_it_is_the_plain_contract(shop):
    confirmation = shop.phone.start_soter_authentication("any text")
    for _ in range(2):
        assert shop.call(shop.verify, **confirmation.signed) == {
            "errCode": 0,
            "errMsg": "openapi.soter.verifySignature:ok",
            "isOk": True,
        }


def test_a_team_s_own_function_confirms_by_the_library(shop):
    invocation = shop.verify.cloud.of(shop.context_of(shop.phone.openid))
    issued = invocation.soter.issue_challenge(openid=shop.phone.openid, purpose="pay", payload=ORDER)
    signed = shop.phone.start_soter_authentication(issued.challenge)
    confirmed = invocation.soter.confirm(
        openid=shop.phone.openid,
        purpose="pay",
        json_string=signed.result_json,
        json_signature=signed.result_json_signature,
    )
    told = json.loads(signed.result_json)
    assert (confirmed.purpose, confirmed.payload, confirmed.openid) == ("pay", ORDER, shop.phone.openid)
    assert (confirmed.cpu_id, confirmed.counter, confirmed.fid) == (told["cpu_id"], told["counter"], told["fid"])
    with pytest.raises(AttributeError):
        confirmed.counter = 1
    assert issued.challenge not in repr(issued)
