"""A program: one instance of `verifySignature` that is sent results again and again.

It reads one line of JSON, `{"tries": [{"event", "context"}, ...], "threads", "patience"}`, says `ready`, and begins at
the next line. For each try it prints `[number, answer, time]`, once the function has said yes or no. An error is
neither: until `patience` seconds are over, the same is tried again.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

verify_signature = importlib.import_module("index").main  # of the function whose folder is on PYTHONPATH
PAUSE_SECONDS = 0.05

asked = json.loads(sys.stdin.readline())


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def try_one(number: int) -> None:
    until = time.monotonic() + asked["patience"]
    one = asked["tries"][number]
    while True:
        answer = verify_signature(dict(one["event"]), one["context"])
        if answer["errCode"] == 0 or time.monotonic() > until:
            say(json.dumps([number, answer, time.time()]))
            return
        time.sleep(PAUSE_SECONDS)


with ThreadPoolExecutor(asked["threads"]) as threads:
    say("ready")
    sys.stdin.readline()
    list(threads.map(try_one, range(len(asked["tries"]))))
