"""Why a call failed: every usual mistake, made by a client through the real face, is explained by its name."""

import base64
import hashlib
import html
import json
import re
from urllib.parse import quote

import pytest
from classic_mistakes import CLASSIC, VERIFY, Server, digest, with_confirmation, with_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from wxemu.explain import MISTAKES
from wxemu.wechat import sessions


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_classic_mistake_is_explained_by_name(server, explain, classic):
    classic.make(server)
    explained = explain()
    assert explained["causes"] == [classic.name]
    assert explained["verdict"] == str(MISTAKES[classic.name].happened)
    (cause, *others) = explained["findings"]
    assert cause == {
        "name": classic.name,
        "tried": str(MISTAKES[classic.name].tried),
        "is_cause": True,
        "result": cause["result"],
        "advice": str(MISTAKES[classic.name].advice),
    }
    assert cause["result"]
    assert not any(other["is_cause"] or other["advice"] for other in others)


@pytest.mark.parametrize("classic", CLASSIC, ids=lambda classic: f"{classic.line} {classic.title}")
def test_each_is_explained_in_chinese_too(server, explain, classic):
    classic.make(server)
    english, chinese = explain(), explain(lang="zh")
    assert chinese["causes"] == english["causes"]
    cause = chinese["findings"][0]
    said = [chinese["verdict"], cause["result"], cause["advice"], *chinese["evidence"]]
    said += [finding["tried"] for finding in chinese["findings"]]
    assert [text for text in said if not re.search("[\u4e00-\u9fff]", text)] == []
    assert len(chinese["evidence"]) == len(english["evidence"])


def test_an_explanation_in_a_language_that_we_do_not_speak_is_refused(http, server):
    server.verify("oNobody", "{}", "")
    rid = http.get("/emulator/v1/exchanges?limit=1").json["exchanges"][0]["rid"]
    refused = http.get(f"/emulator/v1/exchanges/{rid}/explanation?lang=fr")
    assert (refused.status_code, refused.json["error"]["message"]) == (400, "lang: expected one of en, zh, got 'fr'")


def test_all_twelve_lines_are_there():
    assert {classic.line for classic in CLASSIC} == set(range(1, 13))


def wrapped(signature):
    return "\n".join(signature[at : at + 76] for at in range(0, len(signature), 76))


TEXTS = {
    "whitespace": json.dumps,
    "no escaped slashes": lambda found: json.dumps(found, ensure_ascii=False, separators=(",", ":")),
    "sorted": lambda found: json.dumps(found, sort_keys=True, separators=(",", ":")),
    "indented": lambda found: json.dumps(found, indent=2),
}
SIGNATURES = {
    "signature_in_hex": lambda signature: base64.b64decode(signature).hex(),
    "signature_in_base64url": lambda signature: signature.replace("+", "-").replace("/", "_"),
    "signature_plus_became_blank": lambda signature: signature.replace("+", " "),
    "signature_percent_encoded": lambda signature: quote(signature, safe=""),
    "signature_wrapped": wrapped,
    "signature_encoded_twice": lambda signature: base64.b64encode(signature.encode()).decode(),
}


class TestConfirmation:
    @pytest.mark.parametrize("profile", ["android", "ios", "huawei"])
    @pytest.mark.parametrize("write", TEXTS.values(), ids=TEXTS)
    def test_a_text_that_was_written_again_is_known(self, server, explain, write, profile):
        with_confirmation(lambda text, signature: (write(json.loads(text)), signature), profile=profile)(server)
        assert explain()["causes"] == ["json_string_reserialised"]

    @pytest.mark.parametrize("change", [lambda text: f"{text}\n", html.escape, json.dumps, lambda text: f" {text}"])
    def test_so_is_one_with_something_around_it(self, server, explain, change):
        with_confirmation(lambda text, signature: (change(text), signature))(server)
        assert explain()["causes"] == ["json_string_reserialised"]

    @pytest.mark.parametrize("write", TEXTS.values(), ids=TEXTS)
    def test_even_if_it_is_not_remembered_what_was_signed(self, server, explain, world, write):
        held = server.phone()
        text, signature = server.confirmed(held)
        world.store.run("DELETE FROM signed_texts")
        server.verify(held["openid"], write(json.loads(text)), signature)
        assert explain()["causes"] == ["json_string_reserialised"]

    @pytest.mark.parametrize("name", SIGNATURES)
    def test_a_signature_in_another_form_is_known(self, server, explain, name):
        signed = ""
        while not {"+", "/"} <= set(signed):  # of which one form makes something else
            held = server.phone()
            text, signed = server.confirmed(held)
        server.verify(held["openid"], text, SIGNATURES[name](signed))
        assert explain()["causes"] == [name]

    def test_two_mistakes_at_once_are_both_named(self, server, explain):
        with_confirmation(lambda text, sent: (json.dumps(json.loads(text)), base64.b64decode(sent).hex()))(server)
        assert set(explain()["causes"]) == {"json_string_reserialised", "signature_in_hex"}

    @pytest.mark.parametrize(
        ("override", "name"),
        [
            ("tamperedRaw", "json_string_tampered"),
            ("bogusSignature", "signature_of_nobody"),
            ("foreignKey", "key_unknown"),
            ("wrongSalt", "salt_length"),
        ],
    )
    def test_what_an_attackers_phone_does_is_found_out(self, server, explain, override, name):
        held = server.phone()
        server.post(f"/phone/v1/phones/{held['phoneId']}/override", {override: True})
        server.verify(held["openid"], *server.confirmed(held))
        explained = explain()
        assert explained["causes"] == [name]
        assert f"The phone was told to misbehave: {override}." in explained["evidence"]

    def test_a_tampered_text_is_shown_with_what_was_signed(self, server, explain):
        with_confirmation(lambda text, signature: (text.replace("order", "ordeal"), signature))(server)
        explained = explain()
        assert explained["causes"] == ["json_string_tampered"]
        assert explained["findings"][0]["result"] == "raw was signed as 'order/1' and came as 'ordeal/1'"

    def test_a_salt_length_that_was_lost_on_the_way_is_named(self, server, explain):
        def without_it(text, signature):
            kept = {name: value for name, value in json.loads(text).items() if name != "rsa_pss_saltlen"}
            return json.dumps(kept, separators=(",", ":")), signature

        with_confirmation(without_it, profile="huawei")(server)
        assert set(explain()["causes"]) == {"json_string_tampered", "salt_length"}

    def test_another_users_confirmation_is_that_users(self, server, explain, world):
        for is_remembered in (True, False):
            theirs, mine = server.phone(), server.phone()
            signed = server.confirmed(theirs)
            if not is_remembered:
                world.store.run("DELETE FROM signed_texts")
            server.verify(mine["openid"], *signed)
            explained = explain()
            assert explained["causes"] == ["key_of_another_user"]
            assert theirs["openid"] in explained["findings"][0]["result"]

    def test_a_confirmation_of_another_app_is_that_apps(self, server, explain, world, other_tenant):
        for is_remembered in (True, False):
            elsewhere = Server(server.send, other_tenant.appid, other_tenant.secret)
            signed = elsewhere.confirmed(elsewhere.phone())
            if not is_remembered:
                world.store.run("DELETE FROM signed_texts")
            server.verify("oAlice", *signed)
            assert explain()["causes"] == ["key_of_another_app"]

    def test_a_device_of_elsewhere_is_unknown(self, server, explain):
        held = server.phone()
        text, _ = server.confirmed(held)
        foreign = base64.b64encode(bytes(256)).decode()
        server.verify(held["openid"], text.replace(held["cpuId"], "cpu-of-another-world"), foreign)
        assert explain()["causes"] == ["device_unknown"]

    def test_a_genuine_confirmation_that_comes_again_is_for_the_caller_to_see(self, server, explain):
        held = server.phone()
        signed = server.confirmed(held)
        for _ in range(2):
            assert server.verify(held["openid"], *signed)["is_ok"]
        assert explain()["causes"] == ["confirmation_replayed"]

    def test_so_is_a_counter_that_has_not_grown(self, server, explain):
        held = server.phone()
        server.verify(held["openid"], *server.confirmed(held))
        server.post(f"/phone/v1/phones/{held['phoneId']}/override", {"staleCounter": True})
        assert server.verify(held["openid"], *server.confirmed(held, "order-2"))["is_ok"]
        assert explain()["causes"] == ["counter_stale"]


@settings(max_examples=15)
@given(
    profile=st.sampled_from(["android", "ios", "huawei"]),
    challenges=st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=4),
)
def test_an_honest_confirmation_is_never_blamed(server, explain, profile, challenges):
    held = server.phone(profile)
    for challenge in challenges:
        assert server.verify(held["openid"], *server.confirmed(held, challenge))["is_ok"]
        explained = explain()
        assert explained["causes"] == []
        assert explained["verdict"] == "Nothing is wrong: the call succeeded."


def base64_of(key):
    return base64.b64encode(digest(key)).decode()


WAYS = {
    "digest_in_base64": lambda key, _: base64_of(key),
    "digest_in_upper_case": lambda key, _: digest(key).hex().upper(),
    "hash_without_key": lambda key, _: hashlib.sha256(key.encode()).hexdigest(),
    "body_signed": lambda key, openid: digest(key, f'{{"openid":"{openid}"}}').hex(),
}


class TestLoginState:
    @pytest.mark.parametrize("name", WAYS)
    def test_a_signature_made_in_another_way_is_known(self, server, explain, name):
        with_signature(WAYS[name])(server)
        assert explain()["causes"] == [name]

    def test_so_is_one_of_raw_bytes(self, server, explain):
        with_signature(lambda key, _: quote(digest(key), safe=""), is_encoded=True)(server)
        assert explain()["causes"] == ["digest_as_raw_bytes"]

    def test_two_mistakes_at_once_are_both_named(self, server, explain):
        with_signature(lambda key, _: base64_of(base64.b64decode(key)))(server)
        assert set(explain()["causes"]) == {"session_key_decoded", "digest_in_base64"}

    def test_an_ended_session_is_told_as_such(self, server, explain, control, clock):
        control.set(session_idle_seconds=60)
        held = server.phone()
        key = server.session(held)
        clock.advance(61)
        server.check(held["openid"], digest(key).hex())
        assert explain()["causes"] == ["session_expired"]

    def test_a_key_that_was_replaced_later_was_right_at_its_time(self, wechat, explain, clock):
        refused = wechat.with_signature("/wxa/checksession", "oAlice", digest("o0q0otL8aEzpcZL/FT9WsQ==", "{}").hex())
        clock.advance(1)
        wechat.log_in("oAlice")
        assert explain(refused.rid)["causes"] == ["body_signed"]

    def test_a_good_signature_is_not_blamed(self, wechat, explain):
        assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").is_success
        assert explain()["causes"] == []


@pytest.mark.parametrize("given", [{}, {"baseLibrary": "2.10.0"}])
def test_a_function_that_is_not_there_is_told_by_its_name(new_phone, explain, given):
    new_phone().do("callFunction", name="nope", **given)
    explained = explain()
    assert explained["verdict"] == "There is no function of this name."
    assert (explained["causes"], explained["findings"][0]["result"]) == (["function_missing"], "it is 'nope'")


@pytest.mark.parametrize(("outcome", "code"), [("cancel", "90008"), ("mismatch", "90009"), ("lockout", "90010")])
def test_what_is_no_usual_mistake_is_told_as_it_was_answered(new_phone, explain, outcome, code):
    new_phone().confirm(outcome=outcome)
    explained = explain()
    assert (explained["causes"], explained["verdict"]) == ([], "None of the usual mistakes.")
    assert code in explained["evidence"][0]


def test_an_errmsg_is_as_good_as_the_rid_in_it(wechat, explain, control):
    for suffix in ("rid", "both", "hint"):
        control.set(errmsg_suffix=suffix)
        refused = wechat.call("POST", VERIFY, body=b"", access_token=wechat.access_token)
        wechat.access_token  # noqa: B018 - another exchange, so that the latest one is none that was asked for
        assert explain(refused["errmsg"])["causes"] == ["body_empty"]


def test_a_rid_of_nothing_has_no_explanation(http):
    response = http.get("/emulator/v1/exchanges/6553f100-00000000-00000000/explanation")
    assert response.status_code == 404


def test_an_explanation_holds_no_secret(server, world, http, tenant, control):
    for classic in CLASSIC:
        classic.make(server)
    keys = {session.session_key for session in sessions.all_sessions(world, tenant.appid)}
    keys |= {row["session_key"] for row in world.store.rows("SELECT session_key FROM former_sessions")}
    tokens = {row["token"] for row in world.store.rows("SELECT token FROM tokens")}
    assert len(keys) > 5
    text = json.dumps(
        [http.get(f"/emulator/v1/exchanges/{one['rid']}/explanation").json for one in control.exchanges],
        ensure_ascii=False,
    )
    for credential in (tenant.secret, *keys, *tokens, "PRIVATE KEY"):
        assert credential not in text
