"""HTTP functions: a server of the function's own that scf_bootstrap starts, asked by one request at a time."""

import base64
import json
import threading
from textwrap import dedent

import pytest

from wxemu.scf.runtime import DebuggerError, Debugging

pytestmark = pytest.mark.slow  # servers are started

BOOTSTRAP = "#!/bin/bash\nexport PORT=9000\n/var/lang/python3.11/bin/python3 app.py\n"
STANDARD = """
import os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        sent = self.rfile.read(length)
        kind, body = answer(self, sent)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET

def answer(request, sent):
{body}

ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
"""
TELL = 'return "text/plain", f"{request.command} {request.path} {sent.decode()}".encode()'
FLASK = """
import os, sys
from flask import Flask, request

app = Flask(__name__)

@app.route("/users/<name>", methods=["GET", "POST"])
def user(name):
    print("asked for", name)
    return {"name": name, "args": request.args.to_dict(flat=False), "body": request.get_data(as_text=True)}

app.run(host="0.0.0.0", port=9000)
"""


@pytest.fixture
def web(deploy):
    """Write an HTTP function whose app.py and scf_bootstrap are these; `body` is that of `answer` in a small server."""

    def write(app=None, *, body=TELL, bootstrap=BOOTSTRAP, mode=0o755, **changes):
        spec = deploy("", is_http=True, **changes)
        app = (
            STANDARD.replace("{body}", "\n".join(f"    {line}" for line in dedent(body).splitlines()))
            if app is None
            else app
        )
        (spec.directory / "app.py").write_text(app)
        if bootstrap is not None:
            file = spec.directory / "scf_bootstrap"
            file.write_bytes(bootstrap.encode())
            file.chmod(mode)
        return spec

    return write


@pytest.fixture
def ask(runtime, server):
    """Send a request of HTTP access; return the whole invocation."""

    def send(spec, path="/", method="GET", body="", *, on=None, **members):
        event = {"path": path, "httpMethod": method, "body": body, **members}
        return (on or runtime).invoke(spec, event, server)

    return send


def test_a_flask_app_answers_with_what_it_prints_in_the_log(web, ask):
    done = ask(web(FLASK), "/users/%E5%AD%97", "POST", "x=1", queryStringParameters="a=1&a=2")
    assert done.failure is None
    assert done.result["statusCode"] == 200
    assert done.result["headers"]["content-type"] == "application/json"
    assert '"body":"x=1"' in done.result["body"].replace(" ", "")
    assert '"a":["1","2"]' in done.result["body"].replace(" ", "").replace("\n", "")
    assert "asked for 字" in done.log


def test_the_platform_s_headers_come_along_and_the_caller_s_stay(web, ask):
    spec = web(body='return "application/json", __import__("json").dumps(dict(request.headers)).encode()')
    told = ask(
        spec, headers={"X-Mine": "1", "Cookie": ["a=1", "b=2"], "Connection": "upgrade", "Host": "h.example.com"}
    )
    headers = json.loads(told.result["body"])
    assert headers["X-Mine"] == "1"
    assert headers["Host"] == "h.example.com"
    assert headers["Connection"] == "close"
    assert headers["X-Scf-Request-Id"] == told.request_id
    assert headers["X-Scf-Name"] == spec.name


def test_a_header_that_comes_twice_is_a_list(web, ask):
    assert ask(web()).result["headers"]["set-cookie"] == ["a=1", "b=2"]


def test_bytes_that_are_no_text_go_both_ways(web, ask):
    sent = bytes(range(256))
    done = ask(web(body='return "image/png", sent'), "/", "POST", base64.b64encode(sent).decode(), isBase64Encoded=True)
    assert done.result["isBase64Encoded"] is True
    assert base64.b64decode(done.result["body"]) == sent


def test_any_other_event_is_posted_to_one_path(web, runtime, server):
    assert runtime.invoke(web(), {"Type": "Timer"}, server).result["body"] == 'POST /event-invoke {"Type": "Timer"}'


def test_an_instance_is_kept_and_the_environment_is_the_documented_one(web, ask):
    body = "return \"text/plain\", f\"{os.getpid()} {os.environ['HOME']} {os.environ['SCF_FUNCTIONNAME']}\".encode()"
    spec = web(body=body)
    first, second = ask(spec), ask(spec)
    assert first.is_cold
    assert not second.is_cold
    assert first.result["body"] == second.result["body"]
    assert first.result["body"].endswith(f" /home/qcloud {spec.name}")


def test_a_saved_change_counts_at_the_next_request(web, ask):
    spec = web(body='return "text/plain", b"old"')
    assert ask(spec).result["body"] == "old"
    file = spec.directory / "app.py"
    file.write_text(file.read_text().replace('b"old"', 'b"newer"'))
    assert ask(spec).result["body"] == "newer"


def test_instances_of_one_function_serve_at_one_time(web, ask, start_meeting):
    body = """
    open(os.environ["FIFO"], "w" if request.path == "/write" else "r").close()
    return "text/plain", b"met"
    """
    runtime, spec, results = start_meeting(), web(body=body), []
    threads = [
        threading.Thread(target=lambda path=path: results.append(ask(spec, path, on=runtime).result["body"]))
        for path in ("/write", "/read")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["met", "met"]


def test_a_server_that_ends_is_439_and_another_takes_its_place(web, ask):
    spec = web(body='os._exit(3) if request.path == "/die" else None\nreturn "text/plain", b"alive"')
    assert ask(spec).ok
    assert ask(spec, "/die").failure.status_code == 439
    assert ask(spec).result["body"] == "alive"


def test_a_server_that_hangs_up_without_an_answer_is_430_and_stays(web, ask):
    body = """
    if request.path == "/hang":
        request.connection.shutdown(2)
    return "text/plain", str(os.getpid()).encode()
    """
    spec = web(body=body)
    process = ask(spec).result["body"]
    failure = ask(spec, "/hang").failure
    assert failure.status_code == 430
    assert failure.stack_trace.startswith("the server gave no answer: ")
    assert ask(spec).result["body"] == process


def test_an_answer_that_takes_too_long_is_433(web, ask):
    spec = web(body="import time\ntime.sleep(60)", timeout_seconds=1)
    assert ask(spec).failure.message == "Invoking task timed out after 1 seconds"


def test_an_answer_that_is_too_large_is_407(web, ask):
    assert ask(web(body='return "text/plain", b"x" * (6 << 20 | 1)')).failure.status_code == 407


@pytest.mark.parametrize(
    ("files", "status", "told"),
    [
        ({"bootstrap": None}, 443, "an HTTP function is started by scf_bootstrap, which is not in"),
        ({"mode": 0o644}, 405, "scf_bootstrap cannot be run: it is not executable; chmod 755 scf_bootstrap"),
        ({"bootstrap": "#!/bin/bash\r\ntrue\r\n"}, 405, "its lines end with CR and LF; LF alone is needed"),
        ({"bootstrap": "exit 0\n"}, 405, "begin it with #!/bin/bash"),
        ({"bootstrap": "#!/bin/none\n"}, 405, "/bin/none of its first line is not here"),
        ({"bootstrap": "#!/bin/sh\nexit 7\n"}, 405, "ended with status 7 before anything listened on port 9000"),
        ({"app": "import nothing_of_this_name\n"}, 405, "ended with status 1 before"),
        ({"app": FLASK.replace("0.0.0.0", "127.0.0.1")}, 443, "have it listen on 0.0.0.0:9000"),
    ],
)
def test_what_does_not_start_a_server_is_told(web, ask, files, status, told):
    done = ask(web(**files))
    assert done.failure.status_code == status
    assert told in done.failure.message


def test_why_a_server_ended_is_in_the_log(web, ask):
    assert "No module named 'nothing_of_this_name'" in ask(web("import nothing_of_this_name\n")).log


def test_no_port_of_the_platform_is_taken_here_and_none_is_open_to_other_machines(web, ask):
    body = """
    with open("/proc/net/tcp") as table:
        return "text/plain", table.read().encode()
    """
    table = ask(web(body=body)).result["body"]
    assert ":2328 00000000:0000 0A" not in table  # 9000, listening


def test_a_python_without_packages_has_none_for_a_server_either(web, ask, start_runtime):
    done = ask(web(FLASK), on=start_runtime(is_bare=True))
    assert "No module named 'flask'" in done.log


def test_without_the_platform_s_places_the_bootstrap_names_this_machine_s(web, ask, start_runtime):
    spec = web(bootstrap="#!/bin/bash\ncd /var/user\nexec /var/lang/python311/bin/python3.11 app.py\n")
    assert ask(spec, "/here", on=start_runtime(is_isolated=False)).result["body"] == "GET /here "


def test_a_server_that_asyncio_starts_is_reached(web, ask):
    app = """
    import asyncio
    async def serve(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nContent-Type: text/plain\\r\\n\\r\\nasync")
        await writer.drain()
        writer.close()
    async def main():
        server = await asyncio.start_server(serve, None, 9000)
        await server.serve_forever()
    asyncio.run(main())
    """
    assert ask(web(dedent(app))).result["body"] == "async"


def test_all_of_a_server_ends_with_the_runtime(web, ask, start_runtime, machine):
    runtime = start_runtime()
    spec = web(body='return "text/plain", b""')
    assert ask(spec, on=runtime).ok
    (instance,) = runtime.instances()
    children = machine.children_of(instance.process)
    assert children
    runtime.close()
    for process in children:
        machine.wait_for_exit(process)


def test_there_is_no_debugger_for_a_server(web, runtime, server):
    with pytest.raises(DebuggerError, match="start debugpy in its code"):
        runtime.invoke(web(), {}, server, debugging=Debugging(0, lambda _: None))


def test_the_log_has_no_body(web, runtime, server):
    lines = []
    runtime.invoke(web(), {"httpMethod": "GET", "path": "/secret"}, server, hear=lines.append)
    (told,) = [line for line in lines if line.startswith("Response")]
    assert told.endswith('RetMsg:{"statusCode":200}')
