"""One instance, many invocations: what came with one is never met by another."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

import wxcloud

LEFT_BEHIND = {
    "WX_API_TOKEN": "tok-previous",
    "WX_OPENID": "oPrevious",
    "WX_APPID": "wxprevious",
    "WX_CONTEXT_KEYS": "WX_OPENID,WX_APPID",
    "TCB_SOURCE": "wx_devtools",
    "TCB_SESSIONTOKEN": "session-previous",
}


def verify(invocation):
    return invocation.openapi.soter.verifySignature(openid=invocation.caller.openid)


def test_threads_of_one_instance_do_not_mix_their_callers(environ, granted, gateway):
    """Each answer carries the token it was asked with, and every thread sees its own only."""
    cloud, together, users = wxcloud.init(environ), Barrier(8), [f"oUser{number}" for number in range(8)]
    gateway.answers(lambda request: gateway.openapi({"asked_with": request.json["wxCloudApiToken"]}))

    def ask(openid):
        invocation = cloud.of(granted(WX_OPENID=openid, WX_API_TOKEN=f"tok-{openid}"))
        together.wait()
        told = [verify(invocation)["askedWith"] for _ in range(5)]
        return told, invocation.getWXContext()["OPENID"], invocation.caller.openid

    with ThreadPoolExecutor(8) as threads:
        for openid, told in zip(users, threads.map(ask, users), strict=True):
            assert told == ([f"tok-{openid}"] * 5, openid, openid)
    for request in gateway.requests:
        body = request.json
        assert body["wxCloudApiToken"] == f"tok-{json.loads(body['requestData'])['openid']}"


def test_an_invocation_stays_itself_while_others_come_and_go(environ, granted, gateway):
    cloud = wxcloud.init(environ)
    first, second = cloud.of(granted(WX_API_TOKEN="tok-1")), cloud.of(granted(WX_API_TOKEN="tok-2"))
    for invocation in (first, second, first):
        verify(invocation)
    assert [request.json["wxCloudApiToken"] for request in gateway.requests] == ["tok-1", "tok-2", "tok-1"]


def test_what_a_previous_call_left_in_the_environment_is_nobodys(environ, granted, gateway):
    """The runtime copies each call's variables there and never takes them away."""
    cloud = wxcloud.init({**environ, **LEFT_BEHIND, "WX_TRANSPORT": "gateway"})
    nobody = {"WX_API_TOKEN": None, "WX_OPENID": None, "WX_CONTEXT_KEYS": None, "TCB_SOURCE": None}
    invocation = cloud.of(granted(**nobody))
    gateway.answers(gateway.openapi({"errcode": -604104, "errmsg": ""}))
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(invocation)
    assert refused.value.errCode == -604104
    (sent,) = gateway.requests
    assert (sent.json["wxCloudApiToken"], sent.json["tcb_sessionToken"]) == ("", "")
    assert sent.headers["X-TCB-Source"] == ",scf"
    assert (invocation.caller.openid, invocation.getWXContext()) == ("", {})


def test_the_cloud_itself_keeps_nothing_of_an_invocation(environ, granted, gateway):
    cloud = wxcloud.init(environ)
    verify(cloud.of(granted(WX_API_TOKEN="tok-unique")))
    assert gateway.requests[0].json["wxCloudApiToken"] == "tok-unique"
    assert "tok-unique" not in "".join(reachable(cloud))


def reachable(thing, seen=None):
    """The texts that can be reached from an object of ours through its attributes and containers."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, (str, bytes)):
        yield str(thing)
        return
    parts: list[Any] = [thing.keys(), thing.values()] if isinstance(thing, dict) else []
    parts += [thing] if isinstance(thing, (list, tuple, set, frozenset)) else []
    parts += [vars(thing).values()] if hasattr(thing, "__dict__") and not isinstance(thing, type) else []
    for part in itertools.chain.from_iterable(parts):
        yield from reachable(part, seen)


@pytest.mark.parametrize("unreadable", [None, [], {"environment": "not json"}, {"environ": "=o"}])
def test_a_context_that_cannot_be_read_is_refused_at_once(unreadable, environ):
    with pytest.raises(wxcloud.CloudError) as refused:
        wxcloud.init(environ).of(unreadable)
    assert refused.value.errCode == -501006
