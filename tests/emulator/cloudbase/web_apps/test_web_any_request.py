"""Whatever is sent to the faces for web apps, the answer is JSON in the form of the face, and never a fault."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wxemu.cloudbase.web.routes import ACTIONS

texts = st.text()  # half surrogate pairs among them
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
members = st.sampled_from(
    [
        *("action", "env", "function_name", "request_data", "access_token", "refresh_token", "anonymous_uuid"),
        *("client_id", "grant_type", "token"),
    ]
)
known = st.sampled_from([*ACTIONS, "env-demo", "env-other", "nobody", "refresh_token", '{"a":1}'])
bodies = st.binary() | st.dictionaries(members | texts, known | json_values, max_size=6).map(
    lambda given_members: json.dumps(given_members).encode()
)
in_query = st.text(st.characters(codec="utf-8"), max_size=20)
queries = st.binary(max_size=60).map(quote) | st.dictionaries(
    st.sampled_from(["env", "parse", "client_id"]) | in_query, known | in_query, max_size=4
).map(urlencode)
# What a header can hold.
header_texts = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
headers = st.dictionaries(
    st.sampled_from(["Authorization", "Origin", "X-Device-Id", "Content-Type", "Access-Control-Request-Headers"]),
    header_texts | header_texts.map(lambda text: f"Bearer {text}") | st.just("http://localhost"),
    max_size=3,
)
methods = st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
# No line break and no empty segment: no route of Werkzeug's covers such a path, which is answered as WeChat answers.
names = st.text(st.characters(codec="utf-8", exclude_characters="\n/"), min_size=1, max_size=20).map(quote)

anything = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
requests = {"method": methods, "query": queries, "body": bodies, "headers": headers}


@pytest.fixture
def http(world, serve):
    """Without functions: none of a name that hypothesis finds is to be run."""
    return serve(world)


def _ask(http, path, **request):
    response = http.open(
        f"{path}?{request['query']}", method=request["method"], data=request["body"], headers=request["headers"]
    )
    if response.status_code == 204:
        assert request["method"] == "OPTIONS"
        return response, {}
    assert response.status_code < 500
    assert isinstance(response.json, dict)
    return response, response.json


@anything
@given(**requests)
def test_the_cloud_api_answers_in_its_form(http, **request):
    response, answered = _ask(http, "/web", **request)
    assert response.status_code in (200, 204)
    assert not answered or "requestId" in answered
    assert answered.get("code") != "SYS_ERR"


@anything
@given(path=st.sampled_from(["/v1/functions/", "/v1/"]), name=names, **requests)
def test_the_http_api_answers_in_its_form(http, path, name, **request):
    response, answered = _ask(http, path + name, **request)
    assert response.status_code in (204, 400, 401, 403, 404)
    assert response.status_code == 204 or set(answered) == {"code", "message", "requestId"}


@anything
@given(path=st.sampled_from(["signin/anonymously", "token", "user/me", "revoke", "user/signout"]) | names, **requests)
def test_the_login_answers_in_its_form(http, path, **request):
    response, answered = _ask(http, f"/auth/v1/{path}", **request)
    if response.status_code not in (200, 204):
        assert set(answered) == {"error", "error_code", "error_description"}
        assert answered["error_code"] != 0
