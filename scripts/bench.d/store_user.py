"""A program: one instance of a function that uses its store, timed.

It takes JSON as its argument (`variables`, `context`, `openid`, `phone`, the URL of the user's phone, and `times`) and
prints lists of milliseconds. It stands on wxcloud, not on wxemu, as a function does.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import requests

import wxcloud

if TYPE_CHECKING:
    from collections.abc import Callable

asked = json.loads(sys.argv[1])
found: dict[str, list[float]] = {"first": [], "challenge": [], "verification": [], "plain": [], "session": []}
invocation = wxcloud.init(asked["variables"]).of(asked["context"])
openid = asked["openid"]


def timed(kind: str, do: Callable[..., Any], *arguments: str, **named: str) -> Any:
    """What `do` gives; how long it took is kept."""
    began = time.perf_counter()
    done = do(*arguments, **named)
    found[kind].append((time.perf_counter() - began) * 1000)
    return done


# The first use imports the store's modules, and connects; what each later use takes is no part of it.
timed("first", invocation.login_tokens.check, "nobody's")
began = time.perf_counter()
invocation.login_tokens.check("nobody's")
found["first"][0] -= (time.perf_counter() - began) * 1000

invocation.sessions.keep(openid, "a session key")
for _ in range(asked["times"]):
    issued = timed("challenge", invocation.soter.issue_challenge, openid=openid, purpose="pay", payload="a")
    body = {"requestAuthModes": ["fingerPrint"], "challenge": issued.challenge}
    signed = requests.post(asked["phone"] + "/startSoterAuthentication", json=body, timeout=20).json()
    text, signature = signed["resultJSON"], signed["resultJSONSignature"]
    confirm, plain = invocation.soter.confirm, invocation.openapi.soter.verifySignature
    timed("verification", confirm, openid=openid, purpose="pay", json_string=text, json_signature=signature)
    timed("plain", plain, openid=openid, jsonString=text, jsonSignature=signature)
    timed("session", invocation.sessions.find, openid)
sys.stdout.write(json.dumps(found) + "\n")
