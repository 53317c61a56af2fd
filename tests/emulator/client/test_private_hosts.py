"""An /etc/hosts of a command's own: what stands in it, and that nobody else sees it."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from wxemu.client import private_hosts
from wxemu.client.private_hosts import hosts_text, is_led, is_possible, making
from wxemu.client.remote import Remote

NAMES = ["api.weixin.qq.com", "tcb-api.tencentcloudapi.com"]


class Told(Remote):
    """An emulator that says this of its interception."""

    def __init__(self, direct, *pass_through):
        super().__init__("http://127.0.0.1:1")
        self.facts = {"direct": direct, "passThrough": pass_through}

    def ask(self, method, path, body=None):
        return self.facts


def test_the_names_lead_to_the_address_for_ipv4_and_ipv6():
    told = hosts_text("127.0.0.1 localhost\n", "127.86.1.2", NAMES)
    assert told.splitlines() == [
        "127.86.1.2 api.weixin.qq.com tcb-api.tencentcloudapi.com",
        "::ffff:127.86.1.2 api.weixin.qq.com tcb-api.tencentcloudapi.com",
        "127.0.0.1 localhost",
    ]


def test_what_the_machine_says_of_these_names_does_not_count():
    machines = "# ours\n192.0.2.1 mine api.weixin.qq.com\n192.0.2.2 other # api.weixin.qq.com\n\n"
    assert hosts_text(machines, "127.86.1.2", NAMES).splitlines()[2:] == [
        "# ours",
        "192.0.2.2 other # api.weixin.qq.com",
        "",
    ]


@pytest.mark.parametrize("direct", [None, "127.86.1.2"])
def test_where_nobody_listens_at_the_names_own_ports_there_is_none(direct):
    with making(Told(direct), "env-demo") as enter:
        assert enter is None


@pytest.fixture
def direct():
    """An address with somebody who listens, where the machine allows that."""
    address = f"127.86.255.{os.getpid() % 250 + 1}"  # of this worker alone
    try:
        listening = socket.create_server((address, 443))
    except OSError:
        pytest.skip("nobody may listen at port 443 here")
    with listening:
        if not is_possible(address):
            pytest.skip("the machine grants no mount namespaces")
        yield address


@pytest.fixture
def shown(direct):
    """Read a file as a command sees it."""

    def read(file, *pass_through):
        with making(Told(direct, *pass_through), "env-mine") as enter:
            done = subprocess.run(["cat", file], preexec_fn=enter, check=True, capture_output=True, text=True)
        return done.stdout

    return read


def test_a_command_sees_it_and_the_machine_does_not(shown, direct):
    before = private_hosts.HOSTS.read_text()
    first = shown("/etc/hosts").splitlines()[0]

    assert first.startswith(f"{direct} api.weixin.qq.com ")
    assert " env-mine.ap-shanghai.tcb-api.tencentcloudapi.com" in first
    assert private_hosts.HOSTS.read_text() == before
    assert not is_led(direct)


def test_names_that_pass_through_are_left_to_the_machine(shown):
    first = shown("/etc/hosts", "api.weixin.qq.com", "*.tencentcloudapi.com").splitlines()[0]
    assert first.split()[1:] == ["tcb-admin.tencentyun.com", "tcb-open.tencentyun.com"]


def test_the_machine_s_own_name_server_is_left_where_ours_cannot_be(shown):
    file = Path("/etc/resolv.conf")
    if not file.is_file():
        pytest.skip("the machine asks nobody for names")
    assert shown(file) == file.read_text()


def test_etc_hosts_comes_first(shown):
    file = Path("/etc/nsswitch.conf")
    if not file.is_file():
        pytest.skip("/etc/hosts comes first here in any case")
    assert "hosts: files myhostname dns" in shown(file).splitlines()
