"""What clients write as a host and a port, and where that leads."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.http.hosts import EMULATED
from wxemu.intercept.destinations import Destinations, RefusedError, host_and_port
from wxemu.intercept.refusals import Refusals

LABELS = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
EMULATOR = ("127.0.0.1", 8686)


@pytest.fixture(scope="module")
def destinations(tmp_path_factory):
    return Destinations(EMULATOR, (), Refusals(tmp_path_factory.mktemp("folder") / "refused.json"))


@given(st.lists(LABELS, min_size=1, max_size=5).map(".".join), st.integers(1, 65535))
def test_a_name_and_a_port_are_taken_apart(name, port):
    assert host_and_port(f"{name}:{port}") == (name, port)


@given(st.ip_addresses(v=6), st.integers(1, 65535))
def test_an_address_in_brackets_and_a_port_are_taken_apart(address, port):
    assert host_and_port(f"[{address}]:{port}") == (str(address), port)


@given(st.text(max_size=50))
def test_anything_else_is_refused_or_a_host_and_a_port(text):
    with suppress(RefusedError):
        host, port = host_and_port(text)
        assert set(host) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.:")
        assert 0 < port <= 65535


@given(st.sampled_from(EMULATED), LABELS, st.integers(1, 65535))
def test_every_emulated_name_leads_to_the_emulator_on_any_port(destinations, pattern, label, port):
    found = destinations.of(pattern.replace("*", label), port)
    assert (found.host, found.port, found.is_emulator) == (*EMULATOR, True)


@given(LABELS, LABELS)
def test_no_other_name_leads_anywhere(destinations, label, top):
    with pytest.raises(RefusedError):
        destinations.of(f"{label}.{top}", 443)
