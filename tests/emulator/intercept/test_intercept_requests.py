"""Requests for emulated hosts, by every way there is, and by clients of every habit."""

import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

pytestmark = pytest.mark.slow  # each starts a process that intercepts


@pytest.fixture(params=["through a tunnel", "to the listener"])
def secure(request, client):
    """Open TLS connections as a host, with the proxy's help or directly."""
    return client.secure_tunnel if request.param == "through a tunnel" else client.direct


@pytest.mark.parametrize("host", ["api.weixin.qq.com", "tcb-admin.tencentyun.com", "b-1.cos.ap-shanghai.myqcloud.com"])
def test_a_request_inside_tls_arrives_under_its_host(secure, host):
    with secure(host) as connection:
        connection.request("/cgi-bin/token?a=%20b", host)
        told = connection.told()
    assert (told["method"], told["path"], told["host"]) == ("GET", "/cgi-bin/token?a=%20b", host)


def test_a_connection_serves_one_request_after_another(secure):
    with secure() as connection:
        for number in range(3):
            connection.request(f"/{number}", method="POST", body=b"x" * number)
            told = connection.told()
            assert (told["path"], told["body"]) == (f"/{number}", "x" * number)


def test_pipelined_requests_are_answered_in_their_order(secure):
    paths = [f"/{number}" for number in range(20)]
    with secure() as connection:
        connection.send(b"".join(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode() for path in paths))
        assert [connection.told()["path"] for _ in paths] == paths


def test_a_chunked_body_arrives_whole(secure):
    with secure() as connection:
        connection.request("/", "api.weixin.qq.com", "Transfer-Encoding: chunked", method="POST")
        connection.send(b"3\r\nabc\r\n")
        connection.send(b"4\r\ndefg\r\n0\r\n\r\n")
        assert connection.told()["body"] == "abcdefg"


def test_a_large_body_arrives_whole(secure):
    with secure() as connection:
        connection.request("/", method="POST", body=b"0123456789" * 100_000)
        assert connection.told()["body"] == "0123456789" * 100_000


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(secure):
    with secure() as connection:
        connection.request("/", "a", "Expect: 100-continue", "Content-Length: 3", method="POST")
        assert connection.head() == "HTTP/1.1 100 Continue\r\n\r\n"
        connection.send(b"abc")
        assert connection.told()["body"] == "abc"


def test_who_closes_their_half_of_a_tunnel_still_gets_the_answer(client, server):
    connection = client.tunnel()
    with connection.stream.dup() as transport, connection.secured(client.trust) as inside:
        inside.request("/slow")
        transport.shutdown(socket.SHUT_WR)
        server.released.set()
        assert inside.told()["path"] == "/slow"
        assert inside.rest() == ""


@pytest.mark.parametrize("uri", ["/slow", "http://api.weixin.qq.com/slow"])
def test_who_closes_their_half_without_tls_still_gets_the_answer(client, server, uri):
    with client.connect() if uri.startswith("http") else client.tunnel() as connection:
        connection.request(uri)
        connection.end_half()
        server.released.set()
        assert connection.told()["path"] == "/slow"
        assert connection.rest() == ""


def test_a_tunnel_may_carry_plain_http(client):
    with client.tunnel("api.weixin.qq.com:80") as connection:
        connection.request("/plain")
        assert connection.told()["path"] == "/plain"


def test_what_follows_a_connect_at_once_belongs_to_the_tunnel(client):
    with client.connect() as connection:
        connection.send(
            b"CONNECT api.weixin.qq.com:80 HTTP/1.1\r\nHost: a\r\n\r\nGET /eager HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        assert connection.head().startswith("HTTP/1.1 200 ")
        assert connection.told()["path"] == "/eager"


@pytest.mark.parametrize(
    ("uri", "path", "host"),
    [
        ("http://api.weixin.qq.com/a?b=//c", "/a?b=//c", "api.weixin.qq.com"),
        ("http://api.weixin.qq.com/a//b", "/a//b", "api.weixin.qq.com"),
        ("http://api.weixin.qq.com?b", "/?b", "api.weixin.qq.com"),
        ("http://API.weixin.qq.com:80", "/", "API.weixin.qq.com:80"),
        ("https://api.weixin.qq.com/a", "/a", "api.weixin.qq.com"),
        ("http://user:password@api.weixin.qq.com/a", "/a", "api.weixin.qq.com"),
    ],
)
def test_an_absolute_uri_says_host_and_path(client, uri, path, host):
    with client.connect() as connection:
        connection.request(uri, "elsewhere")
        told = connection.told()
    assert (told["path"], told["host"]) == (path, host)
    assert "password" not in json.dumps(told)


def test_absolute_uris_of_several_hosts_share_a_connection(client):
    with client.connect() as connection:
        for host in ("api.weixin.qq.com", "tcb-api.tencentcloudapi.com"):
            connection.request(f"http://{host}/", host)
            assert connection.told()["host"] == host


def test_a_connection_may_end_as_a_tunnel(client):
    with client.connect() as connection:
        connection.request("http://api.weixin.qq.com/first")
        assert connection.told()["path"] == "/first"
        connection.send(b"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.head().startswith("HTTP/1.1 200 ")
        with connection.secured(client.trust) as inside:
            inside.request("/second")
            assert inside.told()["path"] == "/second"


def test_what_is_for_the_proxy_only_stays_with_it(client):
    headers = ["Proxy-Authorization: Basic c2VjcmV0", "Proxy-Connection: keep-alive", "Connection: X-Mine", "X-Mine: 1"]
    with client.connect() as connection:
        connection.request("http://api.weixin.qq.com/", "a", *headers, "X-Kept: as It is")
        told = connection.told()
    assert {name: value for name, value in told["headers"].items() if name != "Host"} == {
        "X-Kept": "as It is",
        "Connection": "close",
    }


def test_headers_of_the_answer_that_are_for_one_hop_stay_there(client):
    answer = client.get("http://api.weixin.qq.com/")
    assert "Content-Type: application/json" in answer
    assert "Keep-Alive" not in answer


def test_a_client_of_http_1_0_is_answered(client):
    answer = client.ask(b"GET http://api.weixin.qq.com/old HTTP/1.0\r\nHost: a\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200 ")
    assert '"path": "/old"' in answer


def test_an_answer_before_the_end_of_the_body_reaches_the_client(secure):
    with secure() as connection:
        connection.request("/refuse-early", "a", "Content-Length: 1000000", method="POST")
        assert connection.answer()[0] == 413


def test_a_connection_that_breaks_off_does_so_for_the_client(secure):
    with secure() as connection:
        connection.request("/silent")
        assert connection.rest() == ""


def test_an_emulator_that_is_gone_is_told(intercept, unused_port):
    client = intercept(emulator=("127.0.0.1", unused_port()))
    assert "wxemu: the emulator cannot be reached" in client.get("http://api.weixin.qq.com/")


@pytest.mark.parametrize(
    ("nonsense", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET http://api.weixin.qq.com/ HTTP/1.1\r\n\r\n", 400),  # a request of HTTP/1.1 has a Host
        (b"GET http://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000, 431),
        (b"CONNECT api.weixin.qq.com HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT api.weixin.qq.com:http HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT a,b:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET ftp://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ],
)
def test_nonsense_is_refused_in_a_sentence(client, nonsense, status):
    answer = client.ask(nonsense)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert "\r\n\r\nwxemu: " in answer


def test_a_tunnel_takes_no_second_connect(secure):
    with secure() as connection:
        connection.send(b"CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.rest().startswith("HTTP/1.1 400 ")


def test_a_body_that_breaks_its_framing_ends_the_connection(client):
    with client.connect() as connection:
        connection.request("http://api.weixin.qq.com/", "a", "Transfer-Encoding: chunked", method="POST")
        connection.send(b"nonsense\r\n")
        assert connection.rest() == ""


def test_tls_speaks_http_1_1_to_who_could_more(client):
    trust = client.trust
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with client.connect().secured(trust) as connection:
        assert connection.stream.selected_alpn_protocol() == "http/1.1"


def test_a_certificate_is_for_one_host_and_a_few_days(client):
    with client.direct("scf.tencentcloudapi.com") as connection:
        certificate = connection.stream.getpeercert()
    assert certificate["subjectAltName"] == (("DNS", "scf.tencentcloudapi.com"),)
    begin, end = (ssl.cert_time_to_seconds(certificate[when]) for when in ("notBefore", "notAfter"))
    assert end - begin < 8 * 24 * 3600


def test_who_names_no_host_in_tls_gets_the_certificate_of_the_tunnel_s(client):
    trust = client.trust
    trust.check_hostname = False
    with client.tunnel("scf.tencentcloudapi.com:443").secured(trust, None) as connection:
        assert connection.stream.getpeercert()["subjectAltName"] == (("DNS", "scf.tencentcloudapi.com"),)


def test_who_names_no_host_in_tls_gets_the_certificate_of_wechat_without_a_tunnel(client):
    trust = client.trust
    trust.check_hostname = False
    with client.connect().secured(trust, None) as connection:
        assert connection.stream.getpeercert()["subjectAltName"] == (("DNS", "api.weixin.qq.com"),)


def test_only_so_many_certificates_are_kept(intercept, monkeypatch):
    monkeypatch.setattr("wxemu.intercept.authority.LEAVES", 2)
    client = intercept()
    for host in ("a.myqcloud.com", "b.myqcloud.com", "c.myqcloud.com", "a.myqcloud.com"):
        with client.direct(host) as connection:
            connection.request("/", host)
            assert connection.told()["host"] == host


def test_200_tunnels_stand_at_a_time(client):
    tunnels = [client.tunnel() for _ in range(200)]

    def story(tunnel):
        with tunnel.secured(client.trust) as inside:
            inside.request("/")
            return inside.answer()[0]

    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(story, tunnels)) == [200] * 200


def test_clients_that_send_half_of_something_keep_nobody_waiting(client):
    halves = [
        b"\x16",
        b"GET http://api",
        b"POST http://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
    ]
    with ExitStack() as stuck:
        for half in halves * 10:
            stuck.enter_context(client.connect()).send(half)
        with client.direct() as connection:
            connection.request("/")
            assert connection.answer()[0] == 200


def test_only_so_many_clients_are_served_at_a_time_and_the_next_when_one_leaves(intercept, monkeypatch):
    # By a limit of file descriptors it would be told to a process that has inherited those of all tests before.
    monkeypatch.setattr("wxemu.intercept.process._reserve_descriptors", lambda: 1)
    client = intercept()
    with client.connect() as first, client.connect() as second:
        second.request("http://api.weixin.qq.com/second")
        first.request("http://api.weixin.qq.com/first")
        assert first.told()["path"] == "/first"
        first.end_half()
        assert second.told()["path"] == "/second"


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("listener.STALLED", b""),
        ("relay.STALLED", b"GET http://api"),
        ("relay.STALLED", b"POST http://api.weixin.qq.com/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"),
        ("listener.HANDSHAKE", b"\x16"),
    ],
)
def test_a_client_that_stops_in_the_middle_is_let_go(intercept, monkeypatch, limit, sent):
    monkeypatch.setattr(f"wxemu.intercept.{limit}", 0.01)
    assert intercept().ask(sent) == ""


def test_an_answer_that_takes_too_long_is_given_up(intercept, monkeypatch):
    monkeypatch.setattr("wxemu.intercept.relay.LONGEST_SILENCE", 0.01)
    assert intercept().get("http://api.weixin.qq.com/slow") == ""
