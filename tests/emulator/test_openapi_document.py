"""What is written from THE TABLE says what is served."""

import re

import pytest
from openapi_spec_validator import validate

from wxemu.core.http import SWITCHBOARD
from wxemu.documents import coverage
from wxemu.phone.operations import BY_HAND, OWNERS
from wxemu.tencentcloud.routes import ACTIONS
from wxemu.wechat import known
from wxemu.wechat.openapis import TABLE

NAMED = known.by_path()
NO_BODY = {"content": {}}
FORMS = {
    "query": set(),
    "any": set(),
    "json": {"application/json"},
    "form": {"multipart/form-data"},
    "form or query": {"multipart/form-data"},
}
OF_ANY = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"}
"""What such a document can list of a route that takes any method."""


@pytest.fixture
def document(http):
    return http.get("/openapi.json").json


def test_the_document_is_served_and_valid(document):
    validate(document)
    assert document["openapi"] == "3.1.0"


@pytest.fixture
def rules(http):
    parties = http.application.extensions[SWITCHBOARD].applications()
    return [rule for party in parties for rule in party.url_map.iter_rules()]


def test_it_lists_exactly_the_paths_that_are_served(document, rules):
    served = {_shape(rule.rule) for rule in rules if rule.endpoint != "wechat.named"}
    assert {_shape(path) for path in document["paths"]} - NAMED.keys() == served


def test_it_lists_exactly_the_methods_of_our_own_paths(document, rules):
    wechats = {api.path for api in TABLE} | NAMED.keys()
    served = {
        (_shape(rule.rule), method)
        for rule in rules
        for method in (OF_ANY if rule.methods is None else rule.methods - {"HEAD"})
        if rule.rule not in wechats and rule.endpoint != "wechat.named"
    }
    listed = {
        (_shape(path), method.upper())
        for path, operations in document["paths"].items()
        for method in operations
        if path not in wechats
    }
    assert listed == served


def test_it_lists_exactly_the_methods_that_each_openapi_takes(document):
    listed = {api.path: set(document["paths"][api.path]) for api in TABLE}
    assert listed == {api.path: {method.lower() for method in api.methods} for api in TABLE}


def test_it_lists_each_openapi_that_is_known_by_name_once(document, http):
    listed = {path: operations for path, operations in document["paths"].items() if path in NAMED}
    assert listed.keys() == NAMED.keys()
    for path, operations in listed.items():
        api = NAMED[path]
        assert {method.upper() for method in operations} == ({api.method} if api.method else {"GET", "POST"})
        names = {operation["operationId"] for operation in operations.values()}
        assert names == ({api.name} if api.method else {f"{api.name}.get", f"{api.name}.post"})
        forms = {form for operation in operations.values() for form in operation.get("requestBody", NO_BODY)["content"]}
        assert forms == FORMS[api.place]
    twins = document["paths"]["/wxaapi/newtmpl/addtemplate"]["post"]["description"]
    assert twins == "Also officialAccount.newtmpl.addTemplate"
    assert len(http.get("/openapi.json").data) < 250_000


def test_it_names_every_parameter(document):
    for api in TABLE:
        operation = document["paths"][api.path][api.method.lower()]
        queried = {parameter["name"] for parameter in operation["parameters"]}
        if api.method == "POST":
            named = set(operation["requestBody"]["content"]["application/json"]["schema"]["properties"])
        else:
            named = queried - {"access_token"}
        if api.has_signed_body:
            assert queried == {"access_token", "openid", "signature", "sig_method"}
            named.add("openid")
        assert named == {parameter.name for parameter in api.parameters}
        assert ("access_token" in queried) == api.takes_access_token


def test_the_coverage_page_names_every_openapi_and_phone_operation(document):
    page = coverage()
    for api in TABLE:
        assert f"`{api.name}`" in page
        assert f"`{api.method} {api.path}`" in page
    for action in ACTIONS:
        assert f"| {action.service} | `{action.name}` |" in page
    for path in document["paths"]:
        operation = path.rpartition("}/")[2]
        by_hand = {by_hand.name for by_hand in BY_HAND}
        if path.startswith("/phone/v1/phones/{phoneId}/") and operation not in by_hand:
            assert f"`wx.{OWNERS.get(operation, '')}{operation}`" in page


def _shape(path):
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", path)
