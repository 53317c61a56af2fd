from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

import wxcloud

STABLE, TOKEN, VERIFY = "/cgi-bin/stable_token", "/cgi-bin/token", "/cgi-bin/soter/verify_signature"


def verify(cloud):
    return cloud.of({}).openapi.soter.verifySignature(openid="o1", jsonString="{}", jsonSignature="")


def used_tokens(wechat):
    return [request.query["access_token"] for request in wechat.sent(VERIFY)]


def test_a_stable_token_is_asked_for_by_default_and_not_forced(cloud, wechat):
    verify(cloud)
    (sent,) = wechat.sent(STABLE)
    assert (sent.method, sent.query) == ("POST", {})
    assert sent.json == {
        "grant_type": "client_credential",
        "appid": "wx1234567890abcdef",
        "secret": "0123456789abcdef0123456789abcdef",
        "force_refresh": False,
    }
    assert wechat.sent(TOKEN) == []


def test_a_plain_token_is_asked_for_by_setting(environ, wechat):
    verify(wxcloud.init({**environ, "WX_TOKEN_KIND": "token"}))
    (sent,) = wechat.sent(TOKEN)
    assert (sent.method, sent.query["grant_type"]) == ("GET", "client_credential")
    assert wechat.sent(STABLE) == []


def test_a_token_is_reused_until_a_minute_before_its_end(cloud, wechat, clock):
    wechat.answers(STABLE, {"access_token": "a", "expires_in": 7200}, {"access_token": "b", "expires_in": 7200})
    verify(cloud)
    clock.now += 7200 - 61
    verify(cloud)
    clock.now += 1
    verify(cloud)
    assert used_tokens(wechat) == ["a", "a", "b"]


def test_the_remaining_life_of_a_stable_token_counts_not_its_full_one(cloud, wechat, clock):
    wechat.answers(STABLE, {"access_token": "a", "expires_in": 345}, {"access_token": "b", "expires_in": 7200})
    verify(cloud)
    clock.now += 300
    verify(cloud)
    assert used_tokens(wechat) == ["a", "b"]


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_fetched_anew_and_the_call_tried_once_more(errcode, cloud, wechat):
    wechat.answers(STABLE, {"access_token": "a", "expires_in": 7200}, {"access_token": "b", "expires_in": 7200})
    wechat.answers(VERIFY, {"errcode": errcode, "errmsg": "refused"}, {"is_ok": True})
    assert verify(cloud)["isOk"] is True
    assert used_tokens(wechat) == ["a", "b"]
    assert [request.json["force_refresh"] for request in wechat.sent(STABLE)] == [False, False]


def test_a_new_stable_token_is_forced_only_if_the_refused_one_comes_back(cloud, wechat):
    old, new = {"access_token": "a", "expires_in": 7200}, {"access_token": "b", "expires_in": 7200}
    wechat.answers(STABLE, lambda request: new if request.json["force_refresh"] else old)
    wechat.answers(VERIFY, {"errcode": 40001, "errmsg": "refused"}, {"is_ok": True})
    assert verify(cloud)["isOk"] is True
    assert used_tokens(wechat) == ["a", "b"]
    assert [request.json["force_refresh"] for request in wechat.sent(STABLE)] == [False, False, True]


def test_the_replacement_stays_in_use(cloud, wechat):
    wechat.answers(STABLE, {"access_token": "a", "expires_in": 7200}, {"access_token": "b", "expires_in": 7200})
    wechat.answers(VERIFY, {"errcode": 42001, "errmsg": "expired"}, {"is_ok": True})
    verify(cloud)
    verify(cloud)
    assert used_tokens(wechat) == ["a", "b", "b"]


def test_a_second_refusal_is_the_answer(cloud, wechat):
    wechat.answers(VERIFY, {"errcode": 40001, "errmsg": "invalid credential"})
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(cloud)
    assert refused.value.errCode == 40001
    assert len(wechat.sent(VERIFY)) == 2


def test_a_plain_token_that_comes_back_is_not_forced(environ, wechat):
    wechat.answers(TOKEN, {"access_token": "a", "expires_in": 7200})
    wechat.answers(VERIFY, {"errcode": 40001, "errmsg": "refused"})
    with pytest.raises(wxcloud.CloudError):
        verify(wxcloud.init({**environ, "WX_TOKEN_KIND": "token"}))
    assert (len(wechat.sent(TOKEN)), len(wechat.sent(STABLE))) == (2, 0)


def test_another_errcode_costs_no_new_token(cloud, wechat):
    wechat.answers(VERIFY, {"errcode": 48001, "errmsg": "api unauthorized"})
    with pytest.raises(wxcloud.CloudError):
        verify(cloud)
    assert (len(wechat.sent(STABLE)), len(wechat.sent(VERIFY))) == (1, 1)


@pytest.mark.parametrize("errcode", [40001, 40013, 40125, 40164, 45009])
def test_a_refusal_at_the_token_endpoint_is_the_answer(errcode, cloud, wechat):
    wechat.answers(STABLE, {"errcode": errcode, "errmsg": "no token for you"})
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(cloud)
    assert refused.value.errCode == errcode
    assert refused.value.errMsg == "openapi.soter.verifySignature:fail no token for you"
    assert len(wechat.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        {},
        {"access_token": "a"},
        {"expires_in": 7200},
        {"access_token": "", "expires_in": 7200},
        {"access_token": 7, "expires_in": 7200},
        {"access_token": "a", "expires_in": "7200"},
        {"access_token": "a", "expires_in": True},
        {"access_token": "a", "expires_in": 0},
    ],
)
def test_a_token_answer_of_another_form_is_an_error(reply, cloud, wechat):
    wechat.answers(STABLE, reply)
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(cloud)
    assert refused.value.errCode == -604103
    assert wechat.sent(VERIFY) == []


def test_parallel_threads_share_one_fetch(cloud, wechat):
    together = Barrier(8)

    def verify_together(_):
        together.wait()
        return verify(cloud)["isOk"]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(verify_together, range(8)))
    assert len(wechat.sent(STABLE)) == 1
    assert len(wechat.sent(VERIFY)) == 8


def test_parallel_threads_that_are_refused_share_one_replacement(cloud, wechat):
    together = Barrier(8)
    wechat.answers(STABLE, {"access_token": "a", "expires_in": 7200}, {"access_token": "b", "expires_in": 7200})
    wechat.answers(
        VERIFY,
        lambda request: (
            {"errcode": 40001, "errmsg": "refused"} if request.query["access_token"] == "a" else {"is_ok": True}
        ),
    )

    def verify_together(_):
        together.wait()
        return verify(cloud)["isOk"]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(verify_together, range(8)))
    assert len(wechat.sent(STABLE)) == 2
