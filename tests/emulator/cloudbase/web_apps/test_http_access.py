"""HTTP access: any client's request becomes an event, and a function's result an HTTP answer."""

import base64
import json

import pytest

from wxemu.app import create_app
from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.core.world import World
from wxemu.scf.deployment import Deployment
from wxemu.state import seed

FUNCTION = """
def main(event, context):
    asked = event["queryStringParameters"].get("reply")
    if asked == "error":
        raise ValueError("boom")
    if asked is not None:
        import json
        return json.loads(asked)
    return event
"""
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.command} {self.path}".encode()
        self.send_response(203)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_PATCH = do_OPTIONS = do_GET

HTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A project with two functions for events, and an HTTP function."""
    folder = tmp_path_factory.mktemp("project")
    for name, files in {
        "ask": {"index.py": FUNCTION},
        "root": {"index.py": "def main(event, context):\n    return [event['path']]\n"},
        "web": {"app.py": SERVER, "scf_bootstrap": "#!/bin/sh\nexec /var/lang/python311/bin/python3 app.py\n"},
    }.items():
        for file, text in files.items():
            path = folder / "functions" / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
    functions = [
        {"name": "ask", "runtime": "Python3.11"},
        {"name": "root", "runtime": "Python3.11", "path": "/api"},
        {"name": "web", "runtime": "Python3.11", "type": "HTTP", "path": "/api/web"},
    ]
    (folder / "cloudbaserc.json").write_text(json.dumps({"envId": "env-demo", "functions": functions}))
    return folder


@pytest.fixture(scope="module")
def http(written, tmp_path_factory):
    """The faces over a world of this module: its tests leave no trace that another one looks for."""
    world = World()
    seed.load(world, {"apps": [{"appid": "wx1234567890abcdef", "secret": "0" * 32, "env": "env-demo"}]})
    deployment = Deployment(
        world,
        directory=written,
        base_url="http://127.0.0.1:0",
        storage=tmp_path_factory.mktemp("storage"),
        issue_wx_api_token=issue_wx_api_token,
    )
    yield create_app(world, deployment).test_client()
    deployment.close()
    world.close()


@pytest.fixture
def access(http):
    """Ask the environment's HTTP access."""
    return lambda path, method="GET", **keys: http.open(f"/http/env-demo{path}", method=method, **keys)


@pytest.fixture
def reply_to(access):
    """The HTTP answer to a result."""
    return lambda result: access("/ask", query_string={"reply": json.dumps(result)})


def test_a_request_is_the_documented_event(access):
    event = access("/ask/a/b?x=1&y=2&y=3", "POST", data="text", content_type="text/plain", headers={"X-Mine": "1"}).json
    context = event.pop("requestContext")
    assert context.pop("requestId")
    assert context == {"envId": "env-demo", "appId": 1250000000, "uin": 100000000001}
    assert event.pop("headers").items() >= {"x-mine": "1", "content-type": "text/plain"}.items()
    assert event == {
        "path": "/a/b",
        "httpMethod": "POST",
        "queryStringParameters": {"x": "1", "y": ["2", "3"]},
        "body": "text",
        "isBase64Encoded": False,
    }


@pytest.mark.parametrize("body", [b"\xff\x00", b"\x89PNG"])
@pytest.mark.parametrize("kind", ["image/png", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_that_is_no_text_is_in_base64(access, body, kind):
    event = access("/ask", "POST", data=body, content_type=kind).json
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "application/ld+json"])
def test_a_body_of_text_is_text(access, kind):
    event = access("/ask", "PUT", data="字=1".encode(), content_type=kind).json
    assert (event["body"], event["isBase64Encoded"]) == ("字=1", False)


@pytest.mark.parametrize("path", ["/ask", "/ask/"])
def test_a_function_at_the_path_itself_gets_the_root(access, path):
    assert access(path).json["path"] == "/"


def test_the_longest_path_counts_and_only_whole_parts_of_it(access):
    assert access("/api/user").json == ["/user"]
    assert access("/api/website").json == ["/website"]
    assert access("/api/web/user").text == "GET /user"


@pytest.mark.parametrize(
    ("result", "body", "kind"),
    [
        ("文", "文", "text/plain; charset=utf-8"),
        (12.5, "12.5", "text/plain; charset=utf-8"),
        ({"a": "文"}, '{"a": "文"}', "application/json; charset=utf-8"),
        ([1, "a"], '[1, "a"]', "application/json; charset=utf-8"),
        (True, "true", "application/json; charset=utf-8"),
    ],
)
def test_a_result_is_the_body(reply_to, result, body, kind):
    answer = reply_to(result)
    assert (answer.status_code, answer.text, answer.content_type) == (200, body, kind)


def test_an_object_with_a_status_is_the_whole_answer(reply_to):
    headers = {"Content-Type": "text/html", "X-A": "1", "Set-Cookie": ["a=1", "b=2"], "Content-Length": "999"}
    answer = reply_to({"statusCode": 418, "headers": headers, "body": "<p>", "isBase64Encoded": False})
    assert (answer.status_code, answer.text, answer.content_type) == (418, "<p>", "text/html")
    assert answer.headers["X-A"] == "1"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_several_values_of_a_header_may_stand_by_themselves(reply_to):
    answer = reply_to({"statusCode": "204", "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}})
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (204, ["a=1", "b=2"])


def test_a_body_in_base64_is_sent_as_bytes(reply_to):
    answer = reply_to({"statusCode": 200, "body": base64.b64encode(b"\xff\x00").decode(), "isBase64Encoded": True})
    assert answer.data == b"\xff\x00"


def test_a_body_that_is_no_text_is_sent_as_json(reply_to):
    answer = reply_to({"statusCode": 200, "body": {"a": 1}})
    assert (answer.json, answer.content_type) == ({"a": 1}, "application/json; charset=utf-8")


@pytest.mark.parametrize(
    "result", [{"statusCode": 42}, {"statusCode": "ok"}, {"statusCode": 200, "body": "a", "isBase64Encoded": True}]
)
def test_a_reply_that_http_cannot_say_is_a_failed_function(reply_to, result):
    answer = reply_to(result)
    assert (answer.status_code, answer.json["code"]) == (400, "FUNCTION_INVOCATION_FAILED")


def test_a_header_cannot_end_early(reply_to):
    answer = reply_to({"statusCode": 200, "headers": {"X-A": "1\r\nX-B: 2", "bad name": "x"}})
    assert answer.headers["X-A"] == "1 X-B: 2"
    assert "X-B" not in answer.headers


def test_a_function_that_raises_is_told_as_failed(access):
    answer = access("/ask?reply=error")
    assert (answer.status_code, answer.json["code"]) == (400, "FUNCTION_INVOCATION_FAILED")
    assert "ValueError: boom" in answer.json["message"]


@pytest.mark.parametrize(
    ("path", "code"), [("/http/env-demo/nobody", "INVALID_PATH"), ("/http/env-no/ask", "INVALID_ENV")]
)
def test_what_is_not_there_is_404(http, path, code):
    answer = http.get(path)
    assert (answer.status_code, answer.json["code"]) == (404, code)


@pytest.mark.parametrize(
    "host",
    [
        "env-demo.service.tcloudbase.com",
        "env-demo-1250000000.ap-shanghai.app.tcloudbase.com",
        "env-demo.service.localhost:8686",
    ],
)
def test_the_host_names_of_the_environment_lead_there(http, host):
    assert http.get("/api/x", headers={"Host": host}).json == ["/x"]
    assert http.get("/cgi-bin/token", headers={"Host": host}).json["code"] == "INVALID_PATH"


def test_an_http_function_gets_the_request_and_gives_the_answer(access):
    answer = access("/api/web/a%20b?x=1", "PATCH")
    assert (answer.status_code, answer.text) == (203, "PATCH /a%20b?x=1")


def test_a_preflight_of_a_page_that_may_call_is_answered_here_and_other_options_are_not(access):
    page = {"Origin": "http://localhost:3000"}
    asked = access("/api/web", "OPTIONS", headers={**page, "Access-Control-Request-Method": "PUT"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, page["Origin"])
    assert access("/api/web", "OPTIONS").text == "OPTIONS /"
    assert access("/ask", headers=page).headers["Access-Control-Allow-Origin"] == page["Origin"]


def test_a_foreign_page_is_refused(access):
    answer = access("/ask", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json["code"]) == (403, "INVALID_REQUEST_SOURCE")


def test_an_http_function_is_not_for_call_function(app, token):
    assert "is an HTTP function; ask it by HTTP access" in app.invoke("web", {}, token).json["message"]
    assert app.invoke("web", {}, token).json["code"] == "FUNCTION_INVOCATION_FAILED"


def test_the_http_api_asks_an_http_function_if_it_says_so(http, token):
    def ask(name, query="?webfn=true"):
        return http.post(f"/v1/functions/{name}{query}", headers={"Authorization": f"Bearer {token}"}, json={"a": 1})

    assert ask("web").text == "POST /?webfn=true"
    assert ask("ask").json["code"] == "FUNCTION_PARAM_INVALID"


def test_requests_are_recorded_by_the_function(access, control):
    access("/ask")
    assert control.exchanges[0]["name"] == "http access ask"
    assert control.exchanges[0]["appid"] == "wx1234567890abcdef"


def test_the_control_plane_tells_where_functions_are(control):
    listed = {
        function["name"]: (function["type"], function["path"]) for function in control.get("functions")["functions"]
    }
    assert listed == {"ask": ("Event", "/ask"), "root": ("Event", "/api"), "web": ("HTTP", "/api/web")}
