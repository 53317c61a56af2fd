"""Health, readiness, and the way back to the seed or to nothing."""

import pytest

from wxemu.state import seed

APPID = "wx1234567890abcdef"


@pytest.fixture(params=["/healthz", "/emulator/v1/healthz"])
def healthz(request):
    return request.param


@pytest.fixture(params=["/readyz", "/emulator/v1/readyz"])
def readyz(request):
    return request.param


def test_a_world_with_its_seed_is_alive_and_ready(http, healthz, readyz):
    assert http.get(healthz).json == {"status": "alive"}
    assert (http.get(readyz).status_code, http.get(readyz).json) == (200, {"status": "ready"})


def test_where_nothing_is_intercepted_there_is_no_proxy(http):
    told = http.get("/emulator/v1/interception").json
    assert [told[part] for part in ("proxy", "https", "ca", "caBundle")] == [None] * 4


def test_a_world_without_seed_is_alive_and_not_ready(open_world, serve, healthz, readyz):
    http = serve(open_world())
    assert http.get(healthz).status_code == 200
    refused = http.get(readyz)
    assert refused.status_code == 503
    assert refused.json == {"error": {"status": 503, "message": "the world is being seeded; ask again in a moment"}}


def test_a_world_is_not_ready_while_its_seed_is_being_loaded(http, world, monkeypatch, readyz):
    seen = []
    monkeypatch.setattr("wxemu.phone.phones.create", lambda *_, **__: seen.append(http.get(readyz).status_code))
    user = {"openid": "o", "phones": [{"id": "p", "profile": "none"}]}
    seed.load(world, {"apps": [{"appid": APPID, "secret": "0" * 32, "env": "e", "users": [user]}]})
    assert seen == [503]
    assert http.get(readyz).status_code == 200


def test_the_apps_are_shown_without_their_secrets(control):
    assert control.get("apps") == {
        "apps": [{"appid": APPID, "env": "env-demo"}, {"appid": "wxfedcba0987654321", "env": "env-other"}]
    }


class TestReset:
    def test_to_the_seed_takes_everything_back(self, wechat, control, new_phone, http):
        token = wechat.access_token
        control.set(errmsg_suffix="hint", quotas={"auth.getAccessToken": {"day": 0}})
        key = wechat.log_in("oAlice")
        new_phone()
        assert control.post("state/reset") == {"to": "seed"}
        assert http.get("/phone/v1/phones").json == {"phones": []}
        assert control.exchanges == []
        assert wechat.check_session("oAlice", key).errcode == 87009
        assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").is_success
        assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==", access_token=token).errcode == 40001
        assert wechat.plain_token().is_success

    def test_to_empty_leaves_no_tenant_and_a_ready_world(self, wechat, control, http):
        assert control.post("state/reset", to="empty") == {"to": "empty"}
        assert control.get("apps") == {"apps": []}
        assert wechat.stable_token().refusal == (40013, "invalid appid")
        assert http.get("/readyz").status_code == 200

    def test_from_empty_to_the_seed_again(self, wechat, control):
        control.post("state/reset", to="empty")
        control.post("state/reset", to="seed")
        assert wechat.stable_token().is_success

    def test_the_clock_stays_where_it_is(self, control):
        before = control.get("clock")
        control.post("state/reset", to="empty")
        assert control.get("clock") == before

    def test_phones_of_the_seed_are_there_again_with_their_first_counter(self, world, control, http):
        user = {"openid": "o", "phones": [{"id": "p", "profile": "android"}]}
        seed.load(world, {"apps": [{"appid": APPID, "secret": "0" * 32, "env": "e", "users": [user]}]})
        asked = {"requestAuthModes": ["fingerPrint"], "challenge": "c"}
        http.post("/phone/v1/phones/p/startSoterAuthentication", json=asked)
        assert http.get("/phone/v1/phones/p").json["counter"] == 3
        control.post("state/reset")
        assert http.get("/phone/v1/phones/p").json["counter"] == 2
