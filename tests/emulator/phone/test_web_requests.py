"""wx.request of a simulated phone: whom it reaches, and what it refuses."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

REFUSED = {"errMsg": "request:fail url not in domain list"}


class Shop(BaseHTTPRequestHandler):
    """A server of the user's own."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("X-Asked", f"{self.path} {self.headers['X-Name']} {self.headers.get('Cookie')}")
        self.end_headers()
        self.wfile.write(body.upper())

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def shop():
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def request_of(http, new_phone):
    phone_id = new_phone("none").phone_id

    def send(url, **given):
        return http.post(f"/phone/v1/phones/{phone_id}/request", json={"url": url, **given}).json

    return send


def test_a_domain_of_the_list_is_asked_as_the_phone_would(request_of, control, shop):
    control.set(request_domains=[f"{shop}/"])
    answer = request_of(f"{shop}/teas?a=b", method="POST", header={"X-Name": "Ann", "Host": "other"}, body="mate")
    assert (answer["data"], answer["statusCode"], answer["errMsg"]) == ("MATE", 201, "request:ok")
    assert answer["header"]["X-Asked"] == "/teas?a=b Ann None"


def test_a_redirect_is_told_and_not_followed(request_of, control, shop):
    control.set(request_domains=[shop])
    assert request_of(shop)["statusCode"] == 302


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/",
        "http://localhost/emulator/v1/settings",
        "http://localhost/phone/v1/phones",
        "http://localhost/http/../emulator/v1/settings",
        "http://localhost/http/%2e%2e/emulator/v1/settings",
        "https://allowed.example@evil.example/",
        "https://allowed.example.evil.example/",
        "https://allowed.example:444/",
        "http://allowed.example/",
        "file:///etc/passwd",
        "https://[/",
        "teas",
        "",
    ],
)
def test_all_else_is_refused_in_wechat_s_words(request_of, control, url):
    control.set(request_domains=["https://allowed.example"])
    assert request_of(url) == REFUSED


def test_a_method_that_is_none_is_refused(request_of, control, shop):
    control.set(request_domains=[shop])
    assert request_of(shop, method="BREW")["errMsg"].startswith("request:fail")


def test_a_server_that_does_not_answer_is_a_failure(request_of, control):
    control.set(request_domains=["http://127.0.0.1:1"])
    assert request_of("http://127.0.0.1:1/")["errMsg"].startswith("request:fail ")
