"""The shapes in which public frameworks hand a function to the platform; Flask is in test_http_functions.py."""

import pytest

from wxemu.scf.runtime import log

BARE = "def main(event, context):\n    return {'got': event}\n"
IN_PACKAGE = "from .answers import answer\n\ndef main(event, context):\n    return answer(event)\n"
INSTANCE = """
class Application:
    '''As Django, Mangum and the like make one: an object that is called.'''
    def __init__(self, greeting):
        self.greeting = greeting
        self.calls = 0

    def __call__(self, event, context):
        self.calls += 1
        return {"greeting": self.greeting, "calls": self.calls, "id": context["request_id"]}

main = Application("hello")
"""
METHOD = (
    "class Router:\n    def handle(self, event, context):\n        return event['path']\n\nmain = Router().handle\n"
)
DECORATED = """
import functools

def json_api(view):
    @functools.wraps(view)
    def call(event, context):
        return {"statusCode": 200, "body": view(**event)}
    return call

@json_api
def main(name):
    return f"hello {name}"
"""
TUPLE = "def main_handler(event, context):\n    return {'a': 1}, 201\n"
BYTES = "def main(event, context):\n    return b'raw'\n"
WSGI = """
import io

def application(environ, start_response):
    start_response("201 Created", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode(), b" ", environ["PATH_INFO"].encode()]

def main(event, context):
    told = {}
    environ = {"REQUEST_METHOD": event["httpMethod"], "PATH_INFO": event["path"], "wsgi.input": io.BytesIO()}
    body = b"".join(application(environ, lambda status, headers: told.update(status=status, headers=headers)))
    return {"statusCode": int(told["status"][:3]), "headers": dict(told["headers"]), "body": body.decode()}
"""


@pytest.fixture
def run(runtime, deploy, server):
    return lambda code, event, **keys: runtime.invoke(deploy(code, **keys), event, server)


def test_a_bare_handler(run):
    assert run(BARE, {"a": 1}).result == {"got": {"a": 1}}


def test_a_handler_in_a_package(runtime, deploy, server):
    spec = deploy("", handler="app/index.main")
    package = spec.directory / "app"
    package.mkdir()
    (package / "answers.py").write_text("def answer(event): return [event]\n")
    (package / "index.py").write_text(IN_PACKAGE.replace("from .answers", "from app.answers"))
    assert runtime.invoke(spec, 1, server).result == [1]


def test_an_instance_of_a_class(runtime, deploy, server):
    spec = deploy(INSTANCE)
    results = [runtime.invoke(spec, {}, server, request_id=name).result for name in ("r-1", "r-2")]
    assert results == [{"greeting": "hello", "calls": number, "id": f"r-{number}"} for number in (1, 2)]


def test_a_method_of_one(run):
    assert run(METHOD, {"path": "/x"}).result == "/x"


def test_a_function_behind_a_decorator(run):
    assert run(DECORATED, {"name": "you"}).result == {"statusCode": 200, "body": "hello you"}


def test_a_main_handler_that_returns_a_tuple_gives_a_list(run, deploy):
    done = run(TUPLE, {}, handler="index.main_handler")
    assert done.result == [{"a": 1}, 201]
    assert 'RetMsg:[{"a":1},201]' in log.lines(done, deploy(TUPLE))


def test_bytes_are_refused(run):
    failure = run(BYTES, {}).failure
    assert failure.status_code == 430
    assert failure.stack_trace.endswith("TypeError: Object of type bytes is not JSON serializable")


def test_a_wsgi_application_behind_an_adapter(run):
    done = run(WSGI, {"httpMethod": "PUT", "path": "/a", "headers": {}, "body": ""})
    assert done.result == {"statusCode": 201, "headers": {"Content-Type": "text/plain"}, "body": "PUT /a"}
