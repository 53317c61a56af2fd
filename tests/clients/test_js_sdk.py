"""@cloudbase/js-sdk 3.7.0 as a web app uses it: in Node and in a real browser, by both of its protocols."""

from __future__ import annotations

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from wxemu.client.testing import Clock

HERE = Path(__file__).parent
FOREIGN = "app.example.com"
FUNCTION = """
def main(event, context):
    if event.get("ask") == "nothing":
        return None
    if event.get("ask") == "text":
        return "just text"
    if event.get("ask") == "error":
        raise ValueError("boom")
    return {"event": event, "context": context["environment"]}
"""
PROJECT = """
envId: env-demo
functions:
  - {name: ask, runtime: Python3.11, handler: index.main, timeout: 5}
"""
ACCESS_TOKEN_LIFE = 7200


@pytest.fixture(scope="module")
def emulator(start_for_module, write_project):
    """An emulator with a function that returns its event."""
    return start_for_module(project=write_project(PROJECT, ask=FUNCTION))


@pytest.fixture(scope="module")
def web_server():
    """Serves this folder, its node_modules included; a page of its is of another origin than the emulator."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(HERE)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser(chromium, node_modules):
    """A real browser that knows no other host than this machine."""
    hosts = f"MAP {FOREIGN} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", f"--host-resolver-rules={hosts}"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def in_browser(browser, web_server, emulator):
    """Open a web app on a page of a host; what it asks of other hosts than this machine is a failure."""
    asked, contexts = set(), []

    def open_one(mode, host="127.0.0.1"):
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
        page.goto(f"http://{host}:{web_server.server_port}/web_app.html")
        config = {"host": urlsplit(emulator.url).netloc, "endPointMode": mode}
        sdk, story = "require('@cloudbase/js-sdk')", "require('/js_sdk_story.cjs')"
        page.evaluate(f"config => {{ window.does = {story}({sdk}, config) }}", config)
        return lambda *deeds: [page.evaluate("deed => window.does(deed)", list(deed)) for deed in deeds]

    yield open_one
    for context in contexts:
        context.close()
    assert asked <= {"127.0.0.1", FOREIGN}


@pytest.fixture
def in_node(node, emulator):
    """Run a web app in Node from its beginning to its end."""

    def open_one(mode):
        config = {"host": urlsplit(emulator.url).netloc, "endPointMode": mode}
        env = {"TENCENTCLOUD": "true"}  # or it would ask Tencent Cloud's metadata host whether it runs there
        return lambda *deeds: node("js_sdk.cjs", json.dumps(config), json.dumps(deeds), env=env)

    return open_one


@pytest.fixture(params=["in_node", "in_browser"])
def app_of(request):
    return request.getfixturevalue(request.param)


LOG_IN = ("logIn",)


def call(**data):
    return ("callFunction", {"name": "ask", "data": data})


def call_of_nothing(name):
    return ("callFunction", {"name": name})


modes = pytest.mark.parametrize("mode", ["GATEWAY", "CLOUD_API"])


@modes
def test_an_anonymous_user_calls_a_function(app_of, mode):
    login, called = app_of(mode)(LOG_IN, call(text='订单/1 "\\/" 😀'))
    user = login["result"]
    assert user["isAnonymous"]
    told = called["result"]["result"]
    assert told["event"] == {"text": '订单/1 "\\/" 😀'}
    environment = json.loads(told["context"])
    assert environment["TCB_UUID"] == user["id"]
    assert environment["TCB_ISANONYMOUS_USER"] == "true"
    assert not environment.keys() & {"WX_OPENID", "WX_UNIONID", "WX_API_TOKEN"}
    assert called["result"]["requestId"]


@modes
def test_neither_data_nor_result_need_be_an_object(app_of, mode):
    _, *called = app_of(mode)(LOG_IN, call_of_nothing("ask"), call(ask="nothing"), call(ask="text"))
    without_data, nothing, text = (outcome["result"]["result"] for outcome in called)
    assert without_data["event"] == {}
    assert nothing is None
    assert text == "just text"


def test_the_result_may_be_parsed_before_it_is_sent(app_of):
    _, called = app_of("CLOUD_API")(LOG_IN, ("callFunction", {"name": "ask", "data": {"a": 1}, "parse": True}))
    assert called["result"]["result"]["event"] == {"a": 1}


NOT_FOUND, FAILED = "Function not found: [nobody]", "ValueError: boom"
FAILING = (call_of_nothing("nobody"), call(ask="error"))


def test_the_gateway_s_errors_are_thrown_in_a_browser(in_browser):
    _, *outcomes = in_browser("GATEWAY")(LOG_IN, *FAILING)
    not_found, failed = (outcome["thrown"] for outcome in outcomes)
    assert not_found == {"code": "FUNCTION_NOT_FOUND", "message": NOT_FOUND}
    assert failed["code"] == "FUNCTION_INVOCATION_FAILED"
    assert failed["message"].endswith(FAILED)


def test_the_gateway_s_errors_stand_where_the_result_would_in_node(in_node):
    _, *outcomes = in_node("GATEWAY")(LOG_IN, *FAILING)
    not_found, failed = (outcome["result"] for outcome in outcomes)
    assert (not_found["code"], not_found["message"]) == ("FUNCTION_NOT_FOUND", NOT_FOUND)
    assert failed["code"] == "FUNCTION_INVOCATION_FAILED"
    assert failed["message"].endswith(FAILED)


def test_the_cloud_api_s_errors_are_thrown(app_of):
    _, *outcomes = app_of("CLOUD_API")(LOG_IN, *FAILING)
    not_found, failed = (json.loads(outcome["thrown"]["message"]) for outcome in outcomes)
    assert not_found == {"code": "OPERATION_FAIL", "msg": f"[FUNCTION_NOT_FOUND] {NOT_FOUND}"}
    assert failed["msg"].startswith("[FUNCTIONS_EXECUTE_FAIL] Traceback")
    assert failed["msg"].endswith(FAILED)


def test_a_call_without_login_is_refused_in_node_which_sends_it_all_the_same(in_node):
    (called,) = in_node("GATEWAY")(call())
    assert called["result"]["code"] == "MISSING_CREDENTIALS"


def test_after_a_while_the_access_token_is_renewed_and_the_call_made_again(in_browser, emulator):
    does = in_browser("GATEWAY")
    login, _ = does(LOG_IN, call())
    Clock(emulator).advance(ACCESS_TOKEN_LIFE)
    (called,) = does(call())
    assert json.loads(called["result"]["result"]["context"])["TCB_UUID"] == login["result"]["id"]


@modes
def test_whoever_logs_out_calls_no_more(app_of, mode):
    _, logged_out, called = app_of(mode)(LOG_IN, ("logOut",), call())
    assert logged_out["result"]["error"] is None
    assert "thrown" in called or called["result"]["code"] == "MISSING_CREDENTIALS"


def test_a_page_of_a_foreign_origin_reads_nothing_until_the_setting_names_it(in_browser, emulator, web_server):
    (refused,) = in_browser("GATEWAY", FOREIGN)(LOG_IN)
    assert "error" in refused["result"]
    origin = f"http://{FOREIGN}:{web_server.server_port}"
    emulator.ask("PATCH", "/emulator/v1/settings", {"web_origins": [origin]})
    try:
        login, called = in_browser("GATEWAY", FOREIGN)(LOG_IN, call())
    finally:
        emulator.ask("PATCH", "/emulator/v1/settings", {"web_origins": []})
    assert login["result"]["isAnonymous"]
    assert called["result"]["result"]["event"] == {}
