"""Clients that use no proxy: at the one port, and at the names' own where this machine lets us listen there."""

import socket
import ssl

import pytest

PLAIN = b"GET /plain?a=b HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"


@pytest.fixture
def direct(client):
    if client.interception.direct is None:
        pytest.skip("nobody may listen at ports 443 and 80 here")
    return client.interception.direct


@pytest.mark.parametrize("host", [b"api.weixin.qq.com", b"API.weixin.qq.com:80", b"b-1.cos.ap-x.myqcloud.com"])
def test_a_plain_request_for_an_emulated_host_arrives(client, host):
    with client.connect() as connection:
        connection.send(PLAIN % host)
        told = connection.told()
    assert (told["path"], told["host"]) == ("/plain?a=b", host.decode())


@pytest.mark.parametrize("host", [b"example.com", b"127.0.0.1:8687", b"[::1", b"\xff"])
def test_a_plain_request_for_another_host_is_told_where_the_emulator_is(client, host):
    assert "the emulator is at http://127.0.0.1:" in client.ask(PLAIN % host)


def test_the_names_own_ports_are_served(client, direct):
    with socket.create_connection((direct, 80), timeout=20) as plain:
        plain.sendall(PLAIN % b"api.weixin.qq.com")
        assert b'"path": "/plain?a=b"' in b"".join(iter(lambda: plain.recv(65536), b""))
    with (
        socket.create_connection((direct, 443), timeout=20) as plain,
        client.trust.wrap_socket(plain, server_hostname="api.weixin.qq.com") as secure,
    ):
        secure.sendall(PLAIN % b"api.weixin.qq.com")
        assert b'"path": "/plain?a=b"' in b"".join(iter(lambda: secure.recv(65536), b""))


def test_another_name_is_not_vouched_for_there(client, direct):
    with (
        socket.create_connection((direct, 443), timeout=20) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="example"),
    ):
        client.trust.wrap_socket(plain, server_hostname="example.com")


def test_the_address_is_this_emulator_s_alone(intercept):
    addresses = {intercept().interception.direct for _ in range(2)}
    assert len(addresses) == 2 or addresses == {None}


def test_where_one_of_the_ports_is_taken_there_is_none(intercept, unused_port):
    port = unused_port()
    address = f"127.86.{port >> 8}.{port & 255}"
    try:
        taken = socket.create_server((address, 80))
    except OSError:
        pytest.skip("nobody may listen at port 80 here")
    with taken:
        client = intercept(port=port)
    assert client.document["direct"] is None
