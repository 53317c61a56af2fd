"""What is refused, what passes through, and what becomes of other services of this machine."""

import ssl
from base64 import b64encode

import anyio
import pytest

from wxemu.intercept import interception_document

pytestmark = pytest.mark.slow  # each starts a process that intercepts


@pytest.fixture
def theirs(other_server):
    """The port of a service of this machine that is not the emulator."""
    return other_server.server_port


@pytest.mark.parametrize(
    "target",
    [
        *("example.com:443", "weixin.qq.com:443", "8.8.8.8:53", "[2001:db8::1]:443", "evil-api.weixin.qq.com:443"),
        *("tencentcloudapi.com:443", "notmyqcloud.com:443"),
    ],
)
def test_a_host_that_is_not_emulated_is_refused_with_what_would_allow_it(client, target):
    host = target.rpartition(":")[0].strip("[]")
    answer = client.connect_to(target)
    assert answer.startswith("HTTP/1.1 403 Forbidden\r\n")
    assert f"wxemu: {host} is not emulated" in answer
    assert f"`wxemu start --pass-through {host}` allows it, `--pass-through all` allows every host" in answer
    assert client.refused == [host]


def test_a_refusal_comes_in_one_piece(client):
    """The ``tcb`` CLI looks at no more than the first read, and then waits 15 seconds for the body it announces."""
    with client.connect() as connection:
        connection.send(b"CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n")
        first = connection.stream.recv(1 << 16)
    assert first.startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert first.endswith(b"allows every host\n")


def test_an_absolute_uri_of_another_host_is_refused_alike(client):
    assert "example.com is not emulated" in client.get("http://example.com/")


def test_tls_for_another_host_is_refused(client):
    with client.connect() as connection, pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        connection.secured(client.trust, "example.com")


def test_tls_for_another_host_is_told_to_who_does_not_look_at_certificates(client):
    with client.connect().secured(ssl._create_unverified_context(), "example.com") as connection:
        connection.request("/", "example.com")
        assert "wxemu: example.com is not emulated; hosts that pass through are reached by" in connection.rest()
    assert client.refused == ["example.com"]


def test_refusals_are_counted_for_each_host(client):
    for host in ("a.example", "b.example", "b.example"):
        client.connect_to(f"{host}:443")
    assert client.document["refused"] == [{"host": "b.example", "times": 2}, {"host": "a.example", "times": 1}]


def test_only_so_many_refused_hosts_are_remembered(intercept, monkeypatch):
    monkeypatch.setattr("wxemu.intercept.refusals.REMEMBERED", 1)
    client = intercept()
    for host in ("a.example", "b.example", "a.example"):
        assert "403 Forbidden" in client.connect_to(f"{host}:443")
    assert client.document["refused"] == [{"host": "a.example", "times": 2}]


def test_a_start_forgets_the_refusals_of_the_one_before(intercept):
    intercept().connect_to("example.com:443")
    assert intercept().refused == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "a.localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("pass_through", [(), ("all",)])
def test_other_services_of_this_machine_are_refused(intercept, theirs, host, pass_through):
    client = intercept(*pass_through)
    answer = client.connect_to(f"{host}:{theirs}")
    assert "403 Forbidden" in answer
    assert f"{host.strip('[]')} is this machine, and this proxy reaches only the emulator's own port" in answer
    assert client.refused == [host.strip("[]")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_emulator_s_own_port_is_reached_by_who_asks_the_proxy_for_loopback_too(client, server, host):
    with client.tunnel(f"{host}:{server.server_port}") as connection:
        connection.request("/mine", host)
        assert connection.told()["path"] == "/mine"
    assert '"path": "/mine"' in client.get(f"http://{host}:{server.server_port}/mine")


@pytest.mark.parametrize("named", ["127.0.0.1", "localhost"])
def test_a_service_of_this_machine_that_is_named_is_reached(intercept, theirs, named):
    client = intercept(named)
    with client.tunnel(f"{named}:{theirs}") as connection:
        connection.request("/theirs", "their.name")
        told = connection.told()
        assert (told["path"], told["host"]) == ("/theirs", "their.name")
        assert "Connection" not in told["headers"]  # not a byte of it was changed
    assert '"path": "/theirs"' in client.get(f"http://{named}:{theirs}/theirs")


def test_a_name_that_leads_to_this_machine_is_refused_under_all(intercept, theirs, monkeypatch):
    monkeypatch.setattr("anyio.connect_tcp", leading_to(theirs))
    client = intercept("all")
    assert "rebound.example is this machine" in client.connect_to("rebound.example:80")
    assert client.refused == ["rebound.example"]


def test_a_name_that_leads_to_this_machine_is_reached_if_it_is_named(intercept, theirs, monkeypatch):
    monkeypatch.setattr("anyio.connect_tcp", leading_to(theirs))
    with intercept("*.example").tunnel("rebound.example:80") as connection:
        connection.request("/theirs")
        assert connection.told()["path"] == "/theirs"


def leading_to(port):
    """As if DNS had this machine's address for every name: a child process keeps what is patched here."""
    connect = anyio.connect_tcp
    return lambda _host, _port: connect("127.0.0.1", port)


def test_an_emulated_host_that_is_named_is_let_out(intercept, theirs, monkeypatch):
    monkeypatch.setattr("anyio.connect_tcp", leading_to(theirs))
    with intercept("mine.cos.ap-shanghai.myqcloud.com").tunnel("mine.cos.ap-shanghai.myqcloud.com:443") as connection:
        connection.request("/real")
        assert "Connection" not in connection.told()["headers"]


def test_all_means_no_emulated_host(intercept):
    with intercept("all").secure_tunnel() as connection:
        connection.request("/emulated")
        assert connection.told()["path"] == "/emulated"


def test_a_host_that_is_let_out_and_cannot_be_reached_is_told(intercept, unused_port):
    client = intercept("localhost")
    port = unused_port()
    assert "502 Bad Gateway\r\n" in client.connect_to(f"localhost:{port}")
    assert f"wxemu: localhost cannot be reached at port {port}" in client.get(f"http://localhost:{port}/")


def test_https_to_a_host_that_is_let_out_takes_connect(intercept, theirs):
    assert "wxemu: https to localhost takes CONNECT" in intercept("localhost").get(f"https://localhost:{theirs}/")


def test_what_is_let_out_keeps_half_closed_connections(intercept, theirs, other_server):
    with intercept("localhost").tunnel(f"localhost:{theirs}") as connection:
        connection.request("/slow")
        connection.end_half()
        other_server.released.set()
        assert connection.told()["path"] == "/slow"
        assert connection.rest() == ""


def test_what_is_let_out_and_falls_silent_is_let_go(intercept, theirs, monkeypatch):
    monkeypatch.setattr("wxemu.intercept.relay.LONGEST_SILENCE", 0.01)
    with intercept("localhost").tunnel(f"localhost:{theirs}") as connection:
        assert connection.rest() == ""


def test_a_connection_that_breaks_on_one_side_ends_on_the_other(intercept, theirs):
    with intercept("localhost").tunnel(f"localhost:{theirs}") as connection:
        connection.request("/silent")
        assert connection.rest() == ""


def test_without_interception_there_are_no_facts():
    told = interception_document(None)
    assert [told[name] for name in ("proxy", "https", "ca", "caBundle")] == [None] * 4
    assert (told["passThrough"], told["refused"]) == ([], [])
    assert "api.weixin.qq.com" in told["hosts"]


TOKEN = "a-token-of-the-tests-own"


def proving(password, scheme="Basic"):
    return f"{scheme} {b64encode(f'wxemu:{password}'.encode()).decode()}"


def asking(theirs, authorization, *, by_tunnel):
    """A request to the other service through the proxy, by CONNECT or by an absolute URI."""
    line = f"CONNECT localhost:{theirs}" if by_tunnel else f"GET http://localhost:{theirs}/theirs"
    proof = f"Proxy-Authorization: {authorization}\r\n" if authorization else ""
    return f"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{proof}\r\n".encode()


@pytest.mark.parametrize("by_tunnel", [True, False])
@pytest.mark.parametrize(
    "authorization",
    ["", proving("another-token-altogether"), proving(""), proving(TOKEN, "Bearer"), f"Basic {TOKEN}", "Basic ?"],
)
def test_with_a_control_token_nobody_is_let_out_without_it(intercept, theirs, authorization, by_tunnel):
    answer = intercept("localhost", control_token=TOKEN).ask(asking(theirs, authorization, by_tunnel=by_tunnel))
    assert answer.startswith("HTTP/1.1 407 Proxy Authentication Required\r\n")
    assert "Proxy-Authenticate: Basic" in answer
    assert "only with the control token in the proxy's address" in answer
    assert TOKEN not in answer


def test_who_names_the_control_token_is_let_out_and_it_goes_no_further(intercept, theirs):
    answer = intercept("localhost", control_token=TOKEN).ask(asking(theirs, proving(TOKEN), by_tunnel=False))
    assert '"path": "/theirs"' in answer
    assert "Proxy-Authorization" not in answer


def test_who_names_the_control_token_gets_a_tunnel(intercept, theirs):
    with intercept("localhost", control_token=TOKEN).connect() as connection:
        connection.send(asking(theirs, proving(TOKEN), by_tunnel=True))
        assert connection.head().startswith("HTTP/1.1 200 ")
        connection.request("/theirs")
        assert connection.told()["path"] == "/theirs"


def test_the_emulator_is_reached_without_the_control_token(intercept):
    client = intercept("all", control_token=TOKEN)
    assert '"path": "/sns"' in client.get("http://api.weixin.qq.com/sns")
    assert TOKEN not in repr(client.interception)
    assert TOKEN not in str(client.document)


def test_an_address_of_this_machine_beyond_loopback_is_refused_under_all(intercept, theirs, monkeypatch):
    monkeypatch.setattr("wxemu.intercept.listener.is_this_machine", lambda _: False)  # it looks like any other
    monkeypatch.setattr("anyio.connect_tcp", leading_to(theirs))
    assert "mine.example is this machine" in intercept("all").connect_to("mine.example:80")


def test_a_name_longer_than_any_is_refused_and_not_remembered(client):
    assert "400 Bad Request" in client.connect_to(f"{'a' * 60_000}.example:443")
    assert client.refused == []


def test_tls_for_what_is_no_name_is_refused_and_not_remembered(client):
    with client.connect().secured(ssl._create_unverified_context(), "<b>.example") as connection:
        connection.request("/", "x")
        assert connection.rest().startswith("HTTP/1.1 400 Bad Request\r\n")
    assert client.refused == []
