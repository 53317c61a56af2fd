"""Clients that read no proxy variable, as the doctor sees them."""

import sys

import pytest

from wxemu.client import private_hosts
from wxemu.client.doctor import unproxied
from wxemu.client.environment import PRELOAD
from wxemu.client.remote import Remote, RemoteError
from wxemu.core.messages import as_it_is

DIRECT = "127.86.1.2"
LED = {"NODE_OPTIONS": f'--require "{PRELOAD}"', "WXEMU_INTERCEPTION": "{}"}


class Told(Remote):
    """An emulator that says this of its interception."""

    def __init__(self, facts):
        super().__init__("http://127.0.0.1:1")
        self.facts = facts

    def ask(self, method, path, body=None):
        if self.facts is None:
            raise RemoteError(as_it_is("no emulator answers"))
        return self.facts


def found_in(environ, proxy="http://127.0.0.1:8687", direct=DIRECT):
    found = unproxied.examine(Told({"proxy": proxy, "direct": direct}), environ)
    return {str(finding.name): (finding.level, f"{finding.found}; {finding.advice}") for finding in found}


@pytest.fixture
def machine(monkeypatch):
    """What this machine allows, and what this process sees."""

    def be(*, is_led=False, is_possible=True, platform="linux"):
        monkeypatch.setattr(private_hosts, "is_led", lambda _: is_led)
        monkeypatch.setattr(private_hosts, "is_possible", lambda _: is_possible)
        monkeypatch.setattr(sys, "platform", platform)

    be()
    return be


def test_without_an_emulator_or_its_proxy_nothing_is_said():
    assert list(unproxied.examine(Told(None), {})) == []
    assert found_in({}, proxy=None) == {}


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("lacking", [(), ("NODE_OPTIONS",), ("WXEMU_INTERCEPTION",)])
def test_node_is_led_by_two_variables(lacking):
    level, text = found_in({name: value for name, value in LED.items() if name not in lacking})["NODE_OPTIONS"]
    assert level == ("hint" if lacking else "ok")
    assert ("before 22.21" in text) == bool(lacking)


def test_a_command_with_hosts_of_its_own_leads_all(machine):
    machine(is_led=True)
    assert found_in(LED)["unproxied clients"] == (
        "ok",
        f"an /etc/hosts of this command's own leads them to {DIRECT}; ",
    )


@pytest.mark.parametrize(
    ("state", "direct", "advice"),
    [
        ({}, DIRECT, "`wxemu exec -- COMMAND` leads them"),
        ({}, None, "net.ipv4.ip_unprivileged_port_start=53"),
        ({"is_possible": False}, DIRECT, "this machine grants no mount namespaces"),
        ({"platform": "darwin"}, None, "run them on Linux"),
    ],
)
def test_else_the_doctor_says_who_is_not_led_and_what_they_lack(machine, state, direct, advice):
    machine(**state)
    level, text = found_in(LED, direct=direct)["unproxied clients"]
    assert level == "hint"
    assert text.startswith(
        "aiohttp, urllib3, raw sockets and others that read no proxy variable go to the real hosts; "
    )
    assert advice in text
