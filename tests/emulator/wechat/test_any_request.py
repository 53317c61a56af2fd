"""Whatever is sent anywhere, the answer is JSON in the form of the face that was asked."""

from __future__ import annotations

import json
from collections import defaultdict
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxemu.app import CONSOLE, OUR_OWN
from wxemu.documents import openapi
from wxemu.wechat.openapis import TABLE

EMULATED = [api.path for api in TABLE]
ENDLESS = ("/emulator/v1/logs/stream", "/emulator/v1/exchanges/stream")


def speaks_json(operations):
    """Whether nothing at a path is a page, a style or a script."""
    answers = [answer for operation in operations.values() for answer in operation["responses"].values()]
    return all(answer["content"].keys() == {"application/json"} for answer in answers)


OURS = [
    path
    for path, operations in openapi()["paths"].items()
    if path.startswith(OUR_OWN) and path not in ENDLESS and speaks_json(operations)
]
SUCCESSES = [{"access_token", "expires_in"}, {"session_key", "openid"}, {"is_ok"}]

methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
texts = st.text()  # half surrogate pairs among them, which JSON can spell
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
member_names = st.sampled_from(
    [
        *("appid", "secret", "grant_type", "force_refresh", "js_code", "openid", "signature", "sig_method", "buffer"),
        *("json_string", "json_signature", "rid", "profile", "requestAuthModes", "challenge", "authContent", "outcome"),
        *("mode", "count", "checkAuthMode", "tamperedRaw", "untilCleared", "name", "data", "event", "to", "at"),
        *("seconds", "session_idle_seconds", "session_refresh_seconds", "quotas", "errmsg_suffix"),
        *("verify_signature_reply", "stale_session_errcode", "factor"),
        *("api", "function", "errcode", "errmsg", "reply", "status", "body", "fail", "abort", "times", "probability"),
    ]
)
known_values = st.sampled_from(
    [
        *("wx1234567890abcdef", "0123456789abcdef0123456789abcdef", "client_credential", "oAlice", "hmac_sha256"),
        *("android", "match", "fingerPrint", "seed", "*", "{}", {"auth.code2Session": {"minute": 1}}, ["fingerPrint"]),
    ]
)
json_bodies = st.dictionaries(member_names | texts, known_values | json_values, max_size=6).map(
    lambda members: json.dumps(members).encode()
)
bodies = st.binary() | json_bodies
queries = st.binary(max_size=60).map(quote) | st.dictionaries(
    member_names | st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=4
).map(urlencode)
texts_in_path = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(quote)
unquoted_queries = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60)

anything = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@anything
@given(st.data())
def test_any_request_to_an_emulated_path_is_answered_by_wechat(http, wechat, data):
    path = data.draw(st.sampled_from(EMULATED))
    query = data.draw(queries | unquoted_queries)
    if data.draw(st.booleans()):
        query = f"access_token={wechat.access_token}&{query}"
    _ask_wechat(http, data.draw(methods), path, query, data.draw(bodies))


@anything
@given(
    method=methods,
    path=st.binary(min_size=1)  # POST / alone is Tencent Cloud's API
    .map(lambda path: f"/{path.decode('latin-1')}")
    .filter(lambda path: not path.startswith((*OUR_OWN, *CONSOLE))),
    query=queries,
    body=bodies,
)
def test_any_path_is_answered_by_wechat(http, method, path, query, body):
    _ask_wechat(http, method, path, query, body)


def _ask_wechat(http, method, path, query, body):
    # As a server gives it; the test client would take the beginning of //path for a host.
    response = http.open(f"/?{query}", method=method, data=body, environ_overrides={"PATH_INFO": path})
    answered = json.loads(response.data)
    assert response.status_code == 200
    assert set(answered) >= {"errcode", "errmsg"} or set(answered) in SUCCESSES
    assert answered.get("errcode") != -1


@pytest.fixture
def phone(new_phone):
    return new_phone("huawei", openid="oAlice")


@anything
@given(st.data())
def test_any_request_to_a_path_of_ours_is_answered_in_json(http, phone, data):
    phone_id = data.draw(st.sampled_from([phone.phone_id, "phone-of-nobody"]))
    named = defaultdict(lambda: data.draw(texts_in_path), phoneId=phone_id)
    path = data.draw(st.sampled_from(OURS)).format_map(named)
    response = http.open(f"{path}?{data.draw(queries)}", method=data.draw(methods), data=data.draw(bodies))
    assert response.status_code < 500
    assert response.is_json
    assert isinstance(response.json, dict)
    if response.status_code >= 400:
        assert set(response.json["error"]) == {"status", "message"}


@anything
@given(st.data())
def test_any_members_sent_to_a_phone_are_answered_in_json(http, phone, data):
    operation = data.draw(
        st.sampled_from(
            ["startSoterAuthentication", "checkIsSoterEnrolledInDevice", "enrol", "override", "callFunction"]
        )
    )
    response = http.post(f"/phone/v1/phones/{phone.phone_id}/{operation}", data=data.draw(json_bodies))
    assert response.status_code in (200, 400)
    assert isinstance(response.json, dict)


@pytest.mark.parametrize(
    "path", ["/phone/v1/nothing", "/phone//v1/phones", "/emulator/v1/nothing", "/emulator/v1//clock"]
)
def test_an_unknown_path_of_ours_is_not_found_in_json(http, path):
    response = http.get(path)
    assert response.status_code == 404
    assert response.json["error"]["status"] == 404


def test_a_fault_of_the_emulator_in_a_path_of_ours_tells_where_its_trace_is(http, world, caplog):
    world.store.run("DROP TABLE phones")
    response = http.get("/phone/v1/phones")
    assert response.status_code == 500
    assert response.json["error"]["message"] == "a fault of the emulator; its log has the trace"
    assert "no such table: phones" in caplog.text
