"""POST in the place of a GET, where public clients send one: the parameters in the query or as a form."""

import json
from urllib.parse import quote

import pytest

TOKEN, SESSION = "/cgi-bin/token", "/sns/jscode2session"


@pytest.fixture
def asked(new_phone, tenant):
    """The parameters of each endpoint, with a fresh code."""
    credentials = {"appid": tenant.appid, "secret": tenant.secret}
    code = new_phone("none", openid="oAlice").login()
    return {
        TOKEN: {"grant_type": "client_credential", **credentials},
        SESSION: {"grant_type": "authorization_code", "js_code": code, **credentials},
    }


@pytest.fixture
def explain(http):
    return lambda errmsg: http.get(f"/emulator/v1/exchanges/{quote(errmsg, safe='')}/explanation").json


PLACES = {
    "the query": lambda parameters: {"query_string": parameters},
    "the query, beside an empty JSON object": lambda parameters: {"query_string": parameters, "json": {}},
    "a form": lambda parameters: {"data": parameters},
    "a form of several parts": lambda parameters: {"data": parameters, "content_type": "multipart/form-data"},
    "both": lambda parameters: {
        "query_string": {"appid": parameters["appid"]},
        "data": {name: value for name, value in parameters.items() if name != "appid"},
    },
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(("path", "member"), [(TOKEN, "access_token"), (SESSION, "session_key")])
def test_it_is_answered_like_a_get(http, asked, *, place, path, member):
    response = http.post(path, **place(asked[path]))
    assert member in json.loads(response.data)


@pytest.mark.parametrize("path", [TOKEN, SESSION])
def test_a_wrong_secret_in_a_form_is_refused_like_one_in_the_query(http, asked, path):
    answer = json.loads(http.post(path, data={**asked[path], "secret": "f" * 32}).data)
    assert answer["errcode"] == 40125


def test_the_query_counts_where_both_have_a_parameter(http, asked):
    answer = http.post(TOKEN, query_string={"appid": "wx0000000000000000"}, data=asked[TOKEN]).json
    assert answer["errcode"] == 40013


@pytest.mark.parametrize(("path", "errcode"), [(TOKEN, 40002), (SESSION, 41002)])
def test_parameters_in_json_are_not_read_and_explain_says_so(http, asked, explain, path, errcode):
    answer = json.loads(http.post(path, json=asked[path]).data)
    assert answer["errcode"] == errcode
    explained = explain(answer["errmsg"])
    assert explained["causes"] == ["body_not_form"]
    assert "from the query or a form" in explained["findings"][0]["result"]


def test_explain_names_both_methods_for_another_one(http, explain):
    explained = explain(http.put(TOKEN).json["errmsg"])
    assert explained["findings"][0]["result"] == "it was PUT, and GET or POST is expected"


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_the_journal_names_the_app_and_keeps_no_secret(http, asked, control, tenant, place):
    http.post(TOKEN, **place(asked[TOKEN]))
    kept = control.exchanges[0]
    assert kept["appid"] == tenant.appid
    assert tenant.secret not in json.dumps(kept)
