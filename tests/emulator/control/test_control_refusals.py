"""Whatever our own interfaces cannot do is refused in a sentence, and changes nothing."""

import json
from copy import deepcopy

import pytest

from wxemu.core.faults import FaultRequest

APPID, OTHER = "wx1234567890abcdef", "wxfedcba0987654321"
NO_APP = "no app has the appid 'wx0'; `wxemu app list` shows which there are"
NO_PHONE = "no phone has the id 'phone-x'; `wxemu phone list` shows which there are"
NO_JSON = "body: expected JSON in UTF-8, got something else"
TRUTH = "expected true or false, got"
SURROGATE = "expected text, got a lone surrogate in it"
APP, FAULT, SETTINGS = "POST apps", "POST faults", "PATCH settings"
USER, LIMITS = f"POST apps/{APPID}/users", f"PATCH apps/{APPID}"
INVOKE, PHONE, ALICES = "POST functions/ask/invocations", "POST /phone/v1/phones", "POST /phone/v1/phones/alices"
MEMBERS = FaultRequest.__annotations__
API, FUNCTION = {"api": "soter.verifySignature"}, {"function": "ask"}
OF_API = "a fault of an openapi takes errcode, reply, status, abort or a latency"
OF_FUNCTION = "a fault of a function takes fail, reply or a latency"
SECONDS = "takes a number of seconds from 0 to 1000000000, not"
ORIGINS = 'web_origins takes ["https://app.example.com", ...]'
QUOTAS = 'quotas takes {"api name": {"minute" or "day": calls}}'
REFUSALS = 'refusals takes {"api name": {"errcode": {"errcode": number, "errmsg": text}}}'
CLOCK = "the clock shows Unix seconds from 0 to 4294967295, not"
ONE_CALLER = "as, anonymous, timer: expected one of them at most"
ANY_PORT = "debugPort: expected a port, or 0 for any that is free, got"
OBJECT = "expected a JSON object, got"

# What is asked, the members of the body (or the body), and the sentence; an answer of another status than 400 names it.
# A sentence that ends with three dots goes on.
REFUSED = [
    ("GET exchanges/6553f100-00000000-00000000", None, "404 no exchange has the rid '6553f100-00000000-00000000'..."),
    *(
        (f"GET exchanges?limit={limit}", None, f"limit: expected a number from 0 to 1000, got {limit!r}")
        for limit in ("", "-1", "1.5", "many", "٣", "12345")
    ),
    *(
        (f"GET {path}?{query}", None, told)
        for path in ("exchanges", "exchanges/stream")
        for query, told in (
            ("before=x", "before: expected a whole number, got 'x'"),
            ("since=-1", "since: expected a whole number, got '-1'"),
            ("failed=maybe", f"failed: {TRUTH} 'maybe'"),
        )
    ),
    *(
        (f"GET {path}?{query}", None, told)
        for path in ("logs", "logs/stream")
        for query, told in (
            ("limit=many", "limit: expected a number from 0 to 1000, got 'many'"),
            ("appid=wx0", NO_APP),
        )
    ),
    ("GET logs/stream?lines=yes", None, f"lines: {TRUTH} 'yes'"),
    ("GET quotas?appid=wx0", None, NO_APP),
    ("GET state?withoutJournal=1", None, f"withoutJournal: {TRUTH} '1'"),
    ("GET state/reset", None, "405 GET /emulator/v1/state/reset: Method Not Allowed; see /openapi.json"),
    *(
        (f"{method} apps/wx0{path}", {}, f"404 {NO_APP}")
        for method, path in (
            *(("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/users"), ("POST", "/users"), ("GET", "/sessions")),
            *(("POST", "/users/oAlice/session/expire"), ("GET", "/tokens")),
        )
    ),
    ("POST clock/advance", {"seconds": -1}, "the clock only moves forward: expected seconds >= 0, got -1.0"),
    ("POST clock/advance", {"seconds": "10"}, "seconds: expected a number, got '10'"),
    ("POST clock/advance", {"seconds": True}, "seconds: expected a number, got True"),
    ("POST clock/advance", {"seconds": float("nan")}, "body: NaN is no JSON"),
    ("POST clock/advance", {"seconds": 1e300}, "seconds: expected a number, got 1e+300"),
    ("POST clock/advance", {}, "seconds: expected a number, got nothing"),
    ("POST clock/advance", {"seconds": 2**32}, f"{CLOCK} 5994967296.0"),
    ("POST clock/freeze", {"at": None}, "at: expected a number, got nothing"),
    ("POST clock/freeze", {"at": -1}, f"{CLOCK} -1.0"),
    ("POST clock/freeze", {"at": 2**32}, f"{CLOCK} 4294967296.0"),
    (
        SETTINGS,
        {"colour": "red"},
        "no setting is called 'colour'; there are verify_signature_reply, errmsg_suffix, ...",
    ),
    (SETTINGS, {"errmsg_suffix": "RID"}, "errmsg_suffix takes 'rid' or 'hint' or 'both', not 'RID'"),
    (SETTINGS, {"verify_signature_reply": None}, "verify_signature_reply takes 'documented' or 'field', not None"),
    (SETTINGS, {"stale_session_errcode": "87007"}, "stale_session_errcode takes 87009 or 87007, not '87007'"),
    (SETTINGS, {"stale_session_errcode": 87007.0}, "stale_session_errcode takes 87009 or 87007, not 87007.0"),
    (SETTINGS, {"session_idle_seconds": -1}, f"session_idle_seconds {SECONDS} -1"),
    (SETTINGS, {"session_idle_seconds": True}, f"session_idle_seconds {SECONDS} True"),
    (SETTINGS, {"session_idle_seconds": float("inf")}, "body: Infinity is no JSON"),
    (SETTINGS, {"session_idle_seconds": 10**400}, f"session_idle_seconds {SECONDS} 1000000000..."),
    (SETTINGS, {"session_refresh_seconds": "60"}, f"session_refresh_seconds {SECONDS} '60'"),
    (SETTINGS, {"verify_signatures": 0}, "verify_signatures takes true or false, not 0"),
    (SETTINGS, {"web_origins": "https://app.example.com"}, f"{ORIGINS}, not 'https://app.example.com'"),
    (SETTINGS, {"web_origins": [1]}, f"{ORIGINS}, not [1]"),
    (SETTINGS, {"refusals": []}, f"{REFUSALS}, not []"),
    (SETTINGS, {"refusals": {"*": 40066}}, f"{REFUSALS}; '*' has 40066"),
    *(
        (SETTINGS, {"refusals": {"*": {errcode: seen}}}, f"{REFUSALS}; '*' has {errcode!r}: {seen!r}")
        for errcode, seen in (
            ("ok", {"errcode": 1, "errmsg": ""}),
            ("0", {"errcode": 1, "errmsg": ""}),
            ("40066", {"errcode": 0, "errmsg": ""}),
            ("40066", {"errcode": True, "errmsg": ""}),
            ("40066", {"errcode": 1}),
            ("40066", {"errcode": "1", "errmsg": ""}),
            ("40066", 1),
        )
    ),
    (SETTINGS, {"quotas": []}, f"{QUOTAS}, not []"),
    (SETTINGS, {"quotas": {"auth.code2Session": 5}}, f"{QUOTAS}; 'auth.code2Session' has 5"),
    *(
        (SETTINGS, {"quotas": {"auth.code2Session": {period: calls}}}, f"{QUOTAS}; 'auth.code2Session' has {told}")
        for period, calls, told in (
            *(
                ("hour", 5, "'hour': 5"),
                ("day", -1, "'day': -1"),
                ("day", True, "'day': True"),
                ("day", 1.5, "'day': 1.5"),
            ),
        )
    ),
    (SETTINGS, {"errmsg_suffix": "hint", "colour": "red"}, "no setting is called 'colour'..."),
    (APP, {"appid": "wx1"}, "appid: 'wx1' does not match '^wx[0-9a-f]{16}$' (expected: wx and 16 lower-case..."),
    (APP, {"secret": "A" * 32}, "secret: the value has another form (expected: 32 lower-case hex digits)"),
    (APP, {"colour": "red"}, "the app: Additional properties are not allowed ('colour' was unexpected)"),
    (APP, {"users": [{}]}, "users.0: 'openid' is a required property"),
    (APP, {"users": [{"openid": "o"}] * 2}, "openid of wx..."),
    (APP, {"env": "\ud800"}, f"body: {SURROGATE}"),
    (APP, {"appid": APPID}, f"409 the appid '{APPID}' is taken"),
    (APP, {"secret_id": f"AKID{OTHER[2:]}"}, f"409 the secret_id 'AKID{OTHER[2:]}' is taken by another app"),
    (
        APP,
        {"users": [{"openid": "o", "phones": [{"id": "alices", "profile": "none"}]}]},
        "409 the phone id 'alices' is taken",
    ),
    (LIMITS, {"secret": "a" * 32}, "the restrictions: Additional properties are not allowed ('secret' was unexpected)"),
    (LIMITS, {"is_secret_frozen": 1}, "is_secret_frozen: found a number, expected boolean"),
    (LIMITS, {"ip_refusal": "never"}, "ip_refusal: 'never' is not one of ..."),
    (USER, {"openid": "oAlice"}, f"409 the openid 'oAlice' is taken in {APPID}"),
    (USER, {"openid": ""}, "openid: '' should be non-empty"),
    (USER, {"name": "Eve"}, "the user: Additional properties are not allowed ('name' was unexpected)"),
    (USER, {"phones": [{"id": "p", "profile": "none"}] * 2}, "phone id 'p' stands twice; expected each once"),
    (USER, {"openid": "o", "phones": [{"id": "alices", "profile": "none"}]}, "409 the phone id 'alices' is taken"),
    ("POST state/reset", {"to": "start"}, "404 no snapshot is called 'start'; there are: none"),
    ("POST state/reset", {"to": 1}, "to: expected a string, got a number"),
    ("POST state/reset", {"to": "empty", "appid": "wx0"}, f"404 {NO_APP}"),
    *(("POST state/snapshots", members, "...") for members in ({}, {"name": 1}, {"name": "seed"}, {"name": "a b"})),
    ("POST state/snapshots", {"name": "\ud800"}, "..."),
    ("DELETE state/snapshots/s", None, "404 no snapshot is called 's'; there are: none"),
    (FAULT, {"errcode": -1}, "expected api or function, got neither"),
    (FAULT, {**API, **FUNCTION, "errcode": -1}, "expected api or function, got both"),
    (
        *(FAULT, {"api": "verifySignature", "errcode": -1}),
        "api: expected * or the name of an openapi, got 'verifySignature'; is soter.verifySignature meant?",
    ),
    (FAULT, {**API, "appid": "wx0", "errcode": -1}, "appid: no app has the appid 'wx0'"),
    (FAULT, API, "expected an effect, got none; name errcode, reply, status, abort or a latency"),
    (FAULT, FUNCTION, "expected an effect, got none; name fail, reply or a latency"),
    (FAULT, {**API, "errcode": -1, "abort": True}, "expected one effect, got errcode and abort"),
    (FAULT, {**API, "reply": {}, "status": 502}, "expected one effect, got reply and status"),
    (FAULT, {**FUNCTION, "reply": {}, "fail": "exit"}, "expected one effect, got reply and fail"),
    (FAULT, {**API, "fail": "timeout"}, f"fail: {OF_API}"),
    (FAULT, {**FUNCTION, "errcode": -1}, f"errcode: {OF_FUNCTION}"),
    (FAULT, {**FUNCTION, "abort": True}, f"abort: {OF_FUNCTION}"),
    (FAULT, {**FUNCTION, "status": 502}, f"status: {OF_FUNCTION}"),
    (FAULT, {**FUNCTION, "fail": "exit", "errmsg": "x"}, "errmsg and body: a fault of a function takes neither"),
    (FAULT, {**FUNCTION, "fail": "exit", "body": "x"}, "errmsg and body: a fault of a function takes neither"),
    (FAULT, {**FUNCTION, "fail": "boom"}, "fail: expected one of timeout, memory, error, exit, got 'boom'"),
    (FAULT, {**API, "errcode": 0}, "errcode: 0 is no failure; for a success of your own name a reply"),
    (FAULT, {**API, "errcode": 12345}, "errmsg: 12345 is not in the table of errors, so it needs a text"),
    (FAULT, {**API, "errmsg": "x", "abort": True}, "errmsg: expected an errcode with it"),
    (
        FAULT,
        {**API, "errcode": -604101, "errmsg": "x"},
        "errmsg: -604101 is the gateway's, which has its own text to it",
    ),
    (
        *(FAULT, {"api": "auth.code2Session", "errcode": -501003}),
        "errcode: -501003 is the gateway's, and auth.code2Session is not to be had by cloud call",
    ),
    (FAULT, {**API, "reply": [1]}, "reply: expected an object, as every openapi's reply is, got [1]"),
    (FAULT, {**API, "reply": None}, "reply: expected an object, as every openapi's reply is, got null"),
    (
        *(FAULT, '{"api": "*", "reply": {"a": 1e400}}'),
        "reply: expected JSON that is not nested so deeply, with numbers that are finite",
    ),
    (FAULT, {**API, "abort": True, "body": "x"}, "body: expected a status with it"),
    (FAULT, {**API, "status": 199}, "status: expected 200 to 599, got 199"),
    (FAULT, {**API, "status": 600}, "status: expected 200 to 599, got 600"),
    (FAULT, {**API, "latencyMs": -1}, "latencyMs: expected 0 to 600000 milliseconds, got -1"),
    (FAULT, {**API, "latencyMs": 600_001}, "latencyMs: expected 0 to 600000 milliseconds, got 600001"),
    (FAULT, {**API, "errcode": -1, "times": 0}, "times: expected 1 to 1000000000, got 0"),
    (FAULT, {**API, "errcode": -1, "times": 10**30}, f"times: expected 1 to 1000000000, got {10**30}"),
    (FAULT, {**API, "errcode": 10**30, "errmsg": "x"}, f"errcode: expected -1000000000 to 1000000000, got {10**30}"),
    (FAULT, {**API, "errcode": -1, "probability": 0}, "probability: expected more than 0 and up to 1, got 0"),
    (FAULT, {**API, "errcode": -1, "probability": 1.1}, "probability: expected more than 0 and up to 1, got 1.1"),
    (FAULT, {**API, "errcode": "-1"}, "errcode: expected a whole number, got '-1'"),
    (FAULT, {**API, "errcode": True}, "errcode: expected a whole number, got True"),
    (FAULT, {**API, "errcode": -1, "times": 1.5}, "times: expected a whole number, got 1.5"),
    (FAULT, {**API, "abort": 1}, "abort: expected true or false, got 1"),
    (FAULT, {**API, "errcode": -1, "errmsg": "\ud83d"}, f"errmsg: {SURROGATE}"),
    (FAULT, {"api": 1}, "api: expected a string, got a number"),
    (FAULT, {**API, "latency": 300}, f"latency: a fault has no such member; there are {', '.join(MEMBERS)}"),
    ("DELETE faults/7", None, "404 there is no fault 7; one that was met as often as it should be is gone"),
    (
        INVOKE.replace("ask", "gone"),
        {"stream": True},
        "404 the project declares no function 'gone'; add it to cloudbaserc.yaml",
    ),
    (INVOKE, {"appid": "wx0"}, NO_APP),
    (INVOKE, {"as": "oAlice", "timer": True}, ONE_CALLER),
    (INVOKE, {"as": "oAlice", "anonymous": True}, ONE_CALLER),
    (INVOKE, {"anonymous": True, "timer": True}, ONE_CALLER),
    (INVOKE, {"timer": True, "event": {}}, "event: a timer sends one of its own; leave it out"),
    (INVOKE, {"timer": 1}, "timer: expected true or false, got 1"),
    (INVOKE, {"anonymous": "yes"}, "anonymous: expected true or false, got 'yes'"),
    (INVOKE, {"stream": "yes"}, "stream: expected true or false, got 'yes'"),
    (INVOKE, {"as": 5}, "as: expected a string, got a number"),
    (INVOKE, {"as": "oNobody"}, f"nobody in {APPID} has the openid 'oNobody'; `wxemu user list` shows who is there"),
    (INVOKE, {"as": "oAlice", "event": [1]}, f"event: {OBJECT} an array"),
    (INVOKE, {"anonymous": True, "event": "text"}, f"event: {OBJECT} a string"),
    (INVOKE, {"debugPort": 65536}, f"{ANY_PORT} 65536"),
    (INVOKE, {"debugPort": -1}, f"{ANY_PORT} -1"),
    (INVOKE, {"debugPort": True}, "debugPort: expected a whole number, got True"),
    (PHONE, {"profile": "android"}, "appid: expected a string, got nothing"),
    (PHONE, {"appid": APPID}, "profile: expected a string, got nothing"),
    (PHONE, {"appid": 5, "profile": "android"}, "appid: expected a string, got a number"),
    (PHONE, {"appid": "wx0", "profile": "none"}, NO_APP),
    (PHONE, {"appid": APPID, "profile": "nokia"}, "no profile is called 'nokia'; there are android, ios, huawei, none"),
    (PHONE, {"appid": APPID, "profile": "none", "openid": ["o"]}, "openid: expected a string, got an array"),
    (PHONE, {"appid": APPID, "profile": "none", "openid": "\ud83d"}, f"openid: {SURROGATE}"),
    *((PHONE, body, NO_JSON) for body in (b"appid=wx", b"\xff", b"[" * 100_000)),
    (PHONE, b"[]", f"body: {OBJECT} an array"),
    ("GET /phone/v1/phones/phone-x", None, f"404 {NO_PHONE}"),
    ("DELETE /phone/v1/phones/phone-x", None, f"404 {NO_PHONE}"),
    *(
        (f"POST /phone/v1/phones/phone-x/{operation}", {}, f"404 {NO_PHONE}")
        for operation in [
            "login",
            "checkSession",
            "startSoterAuthentication",
            "enrol",
            "override",
            "checkIsSupportSoterAuthentication",
        ]
    ),
    (f"{ALICES}/pay", {}, "404 ..."),
    ("GET /phone/v1/phones/alices/login", None, "405 ..."),
    (f"{ALICES}/enrol", {"mode": "facial"}, "a phone of profile android has no 'facial'; its modes: fingerPrint"),
    (f"{ALICES}/enrol", {"count": -1}, "count: expected 0 or more, got -1"),
    (f"{ALICES}/enrol", {"count": True}, "count: expected a whole number, got True"),
    (f"{ALICES}/enrol", {"count": 1.5}, "count: expected a whole number, got 1.5"),
    ("POST /phone/v1/phones/plain/enrol", {}, "a phone of profile none has no 'fingerPrint'; its modes: none"),
    (f"{ALICES}/checkIsSoterEnrolledInDevice", {}, "checkAuthMode: expected a string, got nothing"),
    (
        f"{ALICES}/override",
        {"tamperedraw": True},
        "tamperedraw: an override has no such member; there are tamperedRaw, ...",
    ),
    (f"{ALICES}/override", {"foreignKey": "yes"}, "foreignKey: expected true or false, got 'yes'"),
    (f"{ALICES}/override", {"untilCleared": 1}, "untilCleared: expected true or false, got 1"),
    ("POST /phone/v1/phones/plain/override", {"foreignKey": True}, "...has no key of its own..."),
    *((f"{ALICES}/callFunction", members, "...") for members in ({}, {"name": 5}, {"name": "ask", "data": "text"})),
    (f"{ALICES}/callFunction", {"name": "ask", "data": [1]}, "..."),
    *(
        (f"{ALICES}/callFunction", {"name": "ask", "baseLibrary": version}, "...expected a version such as 3.0.0...")
        for version in ("", "new", "2.x")
    ),
]


@pytest.fixture
def project(project_of):
    return project_of("def main(event, context): return 'ran'\n")


@pytest.fixture
def world_seed(world_seed):
    """With two phones in one hand."""
    seed = deepcopy(world_seed)
    phones = [{"id": "alices", "profile": "android"}, {"id": "plain", "profile": "none"}]
    seed["apps"][0]["users"].append({"openid": "oPhones", "phones": phones})
    return seed


def is_told(message, expected):
    first, *others = expected.split("...")
    return message == expected if not others else message.startswith(first) and all(part in message for part in others)


@pytest.mark.parametrize(("asked", "members", "told"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_is_refused_in_a_sentence_and_changes_nothing(http, control, asked, members, told):
    method, path = asked.split(" ", 1)
    path = path if path.startswith("/") else f"/emulator/v1/{path}"
    before = http.get("/emulator/v1/state?withoutJournal=true").text
    body = members if isinstance(members, str | bytes | None) else json.dumps(members)
    response = http.open(path, method=method, data=body)
    status, sentence = (int(told[:3]), told[4:]) if told[:3].isdecimal() else (400, told)
    assert response.status_code == status
    assert response.json == {"error": {"status": status, "message": response.json["error"]["message"]}}
    assert is_told(response.json["error"]["message"], sentence)
    if "anonymous" not in str(members):  # whose web user is there from then on
        assert http.get("/emulator/v1/state?withoutJournal=true").text == before
    assert control.get("logs")["logs"] == []
