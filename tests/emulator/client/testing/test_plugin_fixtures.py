"""The plugin's fixtures, used as in anybody's tests: here for this project's own functions."""

import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
import requests

from wxemu.client.remote import RemoteError
from wxemu.client.testing import CloudID, MiniProgramError, NoExchangeError
from wxemu.client.testing.phone import Outcome, Override, Profile
from wxemu.core.faults import FAILURES, Failure
from wxemu.phone.confirmations import OUTCOMES
from wxemu.phone.phones import OVERRIDES
from wxemu.wechat.soter import PROFILES

slow = pytest.mark.slow  # an emulator is started


@pytest.mark.parametrize(
    ("named", "there"), [(Profile, PROFILES), (Outcome, OUTCOMES), (Override, OVERRIDES), (Failure, FAILURES)]
)
def test_an_editor_offers_the_names_that_there_are(named, there):
    assert set(get_args(named)) == set(there)


@slow
def test_an_app_keeps_its_secrets_to_itself(wx_app):
    shown = repr([wx_app, wx_app.new_user(), wx_app.faults, wx_app.requests])
    assert wx_app.appid in shown
    assert wx_app.secret not in shown
    assert wx_app.secret_key not in shown


@slow
def test_our_functions_run_in_the_environment_of_a_fresh_app(wx_app, wx_phone):
    answer = wx_phone.call_function("login", code=wx_phone.login())
    signed = wx_phone.start_soter_authentication("order-1").signed
    assert answer == {"errCode": 0, "errMsg": "login:ok", "openid": wx_phone.openid}
    assert wx_phone.call_function("verifySignature", **signed)["isOk"] is True
    assert wx_phone.call_function("checkSession")["errCode"] == 0
    assert wx_phone.check_session()


@slow
def test_an_app_can_be_refused_what_others_may(wx_app, wx_phone):
    wx_app.restrict(is_secret_frozen=True)
    assert wx_phone.call_function("login", code=wx_phone.login())["errCode"] == 40243
    with pytest.raises(RemoteError, match="colour"):
        wx_app.restrict(colour="red")


@slow
def test_an_app_as_a_context_is_gone_afterwards(wxcloud):
    with wxcloud.new_app(users=[{"openid": "oAlice"}]) as app:
        known = wxcloud.ask("GET", f"/emulator/v1/apps/{app.appid}/users")["users"]
    assert [user["openid"] for user in known] == ["oAlice"]
    assert app.appid not in [left["appid"] for left in wxcloud.ask("GET", "/emulator/v1/apps")["apps"]]
    app.remove()  # once more, as a test may have done before its fixture


@slow
def test_users_are_made_as_a_test_wants_them(wx_app):
    made = wx_app.new_user("oMallory", unionid="uMallory", is_high_risk=True)
    assert (made.openid, made.unionid) == ("oMallory", "uMallory")
    assert wx_app.new_user().openid != wx_app.new_user().openid
    with pytest.raises(RemoteError, match="taken"):
        wx_app.new_user("oMallory")


@slow
def test_a_session_can_be_ended(wx_user, wx_phone):
    wx_phone.call_function("login", code=wx_phone.login())
    wx_user.expire_session()
    assert wx_phone.call_function("checkSession")["errCode"] == 87009


@slow
@pytest.mark.parametrize(("profile", "modes"), [("android", ["fingerPrint"]), ("ios", ["facial"]), ("none", [])])
def test_a_phone_is_of_the_profile_that_is_named(wx_user, profile, modes):
    phone = wx_user.new_phone(profile)
    assert list(phone.modes) == phone.check_is_support_soter_authentication() == modes
    assert phone.openid == wx_user.openid


@slow
def test_a_phone_that_nobody_makes_is_one_sentence(wx_user):
    with pytest.raises(RemoteError, match="no profile is called 'nokia'; there are android"):
        wx_user.new_phone("nokia")


@slow
@pytest.mark.parametrize(("outcome", "code"), [("mismatch", 90009), ("cancel", 90008), ("killed", -1)])
def test_what_a_user_does_not_confirm_is_raised_with_its_code(wx_phone, outcome, code):
    with pytest.raises(MiniProgramError, match="startSoterAuthentication:fail") as failed:
        wx_phone.start_soter_authentication("order-1", outcome=outcome)
    assert failed.value.err_code == code
    assert str(code) in str(failed.value)


@slow
def test_a_phone_without_soter_says_so_even_if_no_mode_is_named(wx_user):
    with pytest.raises(MiniProgramError) as failed:
        wx_user.new_phone("none").start_soter_authentication("order-1")
    assert failed.value.err_code == 90001


@slow
def test_modes_and_the_counter_are_the_phones(wx_user):
    phone = wx_user.new_phone("huawei")
    before = phone.counter
    done = phone.start_soter_authentication("order-1", modes=["facial"])
    assert done.auth_mode == "facial"
    assert json.loads(done.result_json)["counter"] == phone.counter > before


@slow
def test_fingers_can_be_removed(wx_phone):
    assert wx_phone.check_is_soter_enrolled_in_device("fingerPrint")
    wx_phone.enrol(count=0)
    assert not wx_phone.check_is_soter_enrolled_in_device("fingerPrint")
    with pytest.raises(MiniProgramError) as refused:
        wx_phone.check_is_soter_enrolled_in_device("facial")
    assert refused.value.err_code is None


@slow
def test_an_attackers_phone_is_so_once_or_until_it_is_cleared(wx_phone):
    def is_ok():
        signed = wx_phone.start_soter_authentication("order-1").signed
        return wx_phone.call_function("verifySignature", **signed)["isOk"]

    wx_phone.override("tamperedRaw")
    once = [is_ok(), is_ok()]
    wx_phone.override("foreignKey", "wrongSalt", until_cleared=True)
    lasting = [is_ok(), is_ok()]
    wx_phone.override()
    assert (once, lasting, is_ok()) == ([False, True], [False, False], True)


@slow
def test_a_function_that_fails_or_is_missing_is_raised_with_its_code(wx_phone, wx_faults):
    wx_faults.add(function="login", fail="error", times=1)
    with pytest.raises(MiniProgramError) as failed:
        wx_phone.call_function("login", code="any")
    with pytest.raises(MiniProgramError) as missing:
        wx_phone.call_function("nobody")
    assert (failed.value.err_code, missing.value.err_code) == (-504002, -501000)


@slow
def test_a_cloud_id_is_marked_as_one(wx_phone):
    assert isinstance(wx_phone.cloud_id(stepInfoList=[]), CloudID)


@slow
def test_the_clock_goes_as_a_test_wants(wx_clock):
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert wx_clock.freeze(noon) == wx_clock.now == noon.timestamp()
    assert wx_clock.advance(timedelta(hours=2)) == wx_clock.advance(0) == noon.timestamp() + 7200
    assert wx_clock.freeze(noon.timestamp()) == noon.timestamp()
    assert wx_clock.scale(60) >= noon.timestamp()
    assert wx_clock.release() != noon.timestamp()
    with pytest.raises(RemoteError, match="only moves forward"):
        wx_clock.advance(-1)


@slow
def test_answers_can_be_programmed_one_after_another(wx_phone, wx_faults):
    signed = wx_phone.start_soter_authentication("order-1").signed
    wx_faults.next_answer({"is_ok": False}, api="soter.verifySignature")
    wx_faults.next_answer({"errCode": 7, "isOk": None}, function="verifySignature")
    answers = [wx_phone.call_function("verifySignature", **signed) for _ in range(3)]
    assert answers[0] == {"errCode": 7, "isOk": None}
    assert [answer["isOk"] for answer in answers[1:]] == [False, True]
    assert wx_faults.waiting() == []


@slow
def test_a_picture_can_be_programmed_for_all_calls_to_come(wxcloud, wx_app, wx_faults, wx_requests):
    query = {"grant_type": "client_credential", "appid": wx_app.appid, "secret": wx_app.secret}
    token = requests.get(f"{wxcloud.url}/cgi-bin/token", params=query, timeout=10).json()["access_token"]
    wx_faults.answer(b"GIF89a", api="wxacode.get", content_type="image/gif")
    for path in ("pages/a", "pages/b"):
        asked = requests.post(
            f"{wxcloud.url}/wxa/getwxacode", params={"access_token": token}, json={"path": path}, timeout=10
        )
        assert (asked.content, asked.headers["Content-Type"]) == (b"GIF89a", "image/gif")
    assert [sent.given["path"] for sent in wx_requests.of("wxacode.get")] == ["pages/a", "pages/b"]
    assert [*wx_requests.of("wxacode.getUnlimited")] == []


@slow
def test_faults_wait_until_they_are_met_or_taken_away(wx_faults):
    first = wx_faults.add(api="auth.code2Session", errcode=45011, times=2)
    second = wx_faults.add(api="*", latency_ms=1, probability=0.5)
    assert wx_faults.waiting() == [first, second]
    wx_faults.remove(first)
    assert wx_faults.waiting() == [second]
    wx_faults.clear()
    assert wx_faults.waiting() == []
    with pytest.raises(RemoteError, match="expected an effect"):
        wx_faults.add(api="*")


@slow
def test_requests_are_those_of_the_app_whoever_made_them(wxcloud, wx_app, wx_phone, wx_requests):
    wx_phone.call_function("login", code=wx_phone.login())
    with wxcloud.new_app() as other:
        other.new_user().new_phone().login()
    made = [exchange.name for exchange in wx_requests.list() if not exchange.name.startswith("database.")]
    assert made == ["wx.login", "auth.code2Session", "wx.cloud.callFunction"]
    assert wx_requests.last(api="auth.code2Session").answer["openid"] == wx_phone.openid
    assert [exchange.name for exchange in wx_requests.list(face="phone")] == ["wx.login", "wx.cloud.callFunction"]
    assert [exchange.name for exchange in wx_requests.list(text="js_code=")] == ["auth.code2Session"]
    assert wx_app.secret not in str([*wx_requests.list()])


@slow
def test_what_failed_is_found_by_its_errcode_and_explained(wxcloud, wx_app, wx_requests):
    query = {"appid": wx_app.appid, "secret": wx_app.secret, "js_code": "old", "grant_type": "authorization_code"}
    answer = requests.get(f"{wxcloud.url}/sns/jscode2session", params=query, timeout=10).json()
    failed = wx_requests.last(errcode=40029)
    explained = wx_requests.explain(failed)
    assert (failed.errcode, failed.answer) == (40029, answer)
    assert [failed] == wx_requests.list(failed=True)
    assert explained == wx_requests.explain(answer["errmsg"])
    assert explained.causes
    assert explained.advice
    assert explained.verdict in str(explained)
    assert "-> 40029" in wx_requests.describe()
    assert explained.verdict in wx_requests.describe()


@slow
def test_an_exchange_that_does_not_come_is_told_with_those_that_did(wx_phone, wx_requests):
    wx_phone.login()
    with pytest.raises(NoExchangeError, match=r"\(api soter.verifySignature\) within 0.1 s, got none(.|\n)*wx.login"):
        wx_requests.wait_for(api="soter.verifySignature", timeout=0.1)
    with pytest.raises(TypeError, match="got openid"):
        wx_requests.list(openid=wx_phone.openid)


@slow
def test_an_exchange_that_is_late_is_waited_for(wx_phone, wx_faults, wx_requests):
    wx_faults.add(function="login", reply={}, latency_ms=200, times=1)
    path = f"/phone/v1/phones/{wx_phone.phone_id}/callFunction"
    url = f"{wx_phone.emulator.url}{path}"
    with pytest.raises(requests.Timeout):  # who does not wait for the answer does not see when it comes
        requests.post(url, json={"name": "login"}, timeout=0.05)
    assert wx_requests.wait_for(api="wx.cloud.callFunction", timeout=30).status == 200


@slow
def test_the_real_names_lead_to_the_emulator(wxcloud, wx_app, wx_phone):
    query = {"appid": wx_app.appid, "secret": wx_app.secret, "js_code": wx_phone.login()}
    url = "https://api.weixin.qq.com/sns/jscode2session?grant_type=authorization_code"
    for bundle in (wxcloud.ca, wxcloud.ca_bundle):
        answer = requests.get(url, params=query, proxies={"https": wxcloud.proxy}, verify=bundle, timeout=10).json()
        query["js_code"] = wx_phone.login()
        assert answer["openid"] == wx_phone.openid
    assert requests.get(f"{wxcloud.control}/healthz", timeout=10).ok
