"""The name server of commands that are led by an /etc/hosts of their own."""

import socket
import struct
import threading

import anyio
import pytest

from wxemu.intercept import name_server
from wxemu.intercept.destinations import Destinations
from wxemu.intercept.name_server import NameServer
from wxemu.intercept.refusals import Refusals, read

OURS = "127.86.1.2"
MACHINES = "192.0.2.7"
A, AAAA = 1, 28
NO_SUCH_NAME, FAILED = 3, 2


def question(name, kind=A):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def with_address(packet, address):
    return (
        packet[:2]
        + b"\x81\x80\0\1\0\1\0\0\0\0"
        + packet[12:]
        + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4"
        + socket.inet_aton(address)
    )


@pytest.fixture
def machines_server(tmp_path, monkeypatch):
    """A server of the machine, which knows every name; the names it was asked for."""
    asked = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))

        def answer():
            while True:
                packet, client = bound.recvfrom(512)
                if not packet:
                    return
                asked.append(packet)
                bound.sendto(with_address(packet, MACHINES), client)

        (tmp_path / "resolv.conf").write_text("search corp.example lan.example\nnameserver 127.0.0.1\n")
        monkeypatch.setattr(name_server, "RESOLVER", tmp_path / "resolv.conf")
        monkeypatch.setattr(name_server, "NAMES", bound.getsockname()[1])
        answering = threading.Thread(target=answer)
        answering.start()
        yield asked
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"", bound.getsockname())
        answering.join()


@pytest.fixture
def ask(tmp_path, machines_server):
    """Send packets, and return what is answered to the last one: its code, and the address if there is one."""

    def run(*packets, pass_through=()):
        return anyio.run(_ask, pass_through, packets)

    async def _ask(pass_through, packets):
        names = NameServer(OURS, Destinations(("127.0.0.1", 1), pass_through, Refusals(tmp_path / "refused.json")))
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        where = bound.getsockname()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(names.serve, bound)
            async with await anyio.create_connected_udp_socket(*where) as asking:
                for packet in packets:
                    await asking.send(packet)
                with anyio.fail_after(20):
                    answer = await asking.receive()
            tasks.cancel_scope.cancel()
        assert answer[:2] == packets[-1][:2]
        return answer[3] & 15, socket.inet_ntoa(answer[-4:]) if answer[7] else None

    return run


@pytest.mark.parametrize("name", ["api.weixin.qq.com", "API.Weixin.QQ.com", "b-1.cos.ap-x.myqcloud.com"])
def test_emulated_names_are_at_our_address(ask, machines_server, name):
    assert ask(question(name)) == (0, OURS)
    assert machines_server == []


def test_emulated_names_have_no_other_address(ask):
    assert ask(question("api.weixin.qq.com", AAAA)) == (0, None)


def test_names_of_loopback_are_there(ask, machines_server):
    assert ask(question("shop.localhost")) == (0, "127.0.0.1")
    assert machines_server == []


@pytest.mark.parametrize("name", ["db", "db.corp.example", "printer.local", "1.0.0.127.in-addr.arpa"])
def test_names_of_the_machine_s_own_network_are_asked_of_its_servers(ask, name):
    assert ask(question(name)) == (0, MACHINES)


@pytest.mark.parametrize("name", ["example.com", "corp.example.com", "xcorp.example"])
def test_other_names_do_not_exist_and_are_counted(ask, tmp_path, machines_server, name):
    assert ask(question(name)) == (NO_SUCH_NAME, None)
    assert ask(question(name, AAAA)) == (NO_SUCH_NAME, None)
    assert read(tmp_path / "refused.json") == [{"host": name, "times": 1}]
    assert machines_server == []


@pytest.mark.parametrize(("pass_through", "name"), [("all", "example.com"), ("*.myqcloud.com", "b.myqcloud.com")])
def test_names_that_pass_through_are_asked_of_the_machine_s_servers(ask, pass_through, name):
    assert ask(question(name), pass_through=[pass_through]) == (0, MACHINES)


def test_where_the_machine_has_no_server_names_cannot_be_found_out(ask, monkeypatch, tmp_path):
    monkeypatch.setattr(name_server, "RESOLVER", tmp_path / "none")
    assert ask(question("db")) == (FAILED, None)


@pytest.mark.parametrize(
    "packet",
    [b"", b"\0" * 11, question("a.example")[:-1], question("a.example")[:14], b"\0\7\x81" + question("a")[3:],
     question("a" * 64), question("é")],
)  # fmt: skip
def test_what_is_no_question_is_left_unanswered(ask, packet):
    assert ask(packet, b"\0\10" + question("api.weixin.qq.com")[2:]) == (0, OURS)
