"""A stand-in for Tencent's CLI, which says what the real one was seen to say."""

from __future__ import annotations

import json
import os
import sys

APPID, SECRET = "wx1234567890abcdef", "0123456789abcdef0123456789abcdef"
ANSWER = {"errCode": -501007, "errMsg": "hello:fail"}
SUCCEEDED = (
    "✔ [hello] call succeeded\n\nRequest Id ：5b523268\nReturn result：{}\nInvocation log：\nSTART RequestId: 5b523268"
)

STAND_IN = """\
import json, os, sys
asked = {"arguments": sys.argv[1:], "folder": os.getcwd(), "appid": os.environ.get("WX_APPID"),
         "secret": os.environ.get("WX_SECRET"), "files": sorted(os.listdir(".")), "stdin": sys.stdin.read()}
with open(os.environ["STAND_IN_ASKED"], "a") as file:
    file.write(json.dumps(asked) + "\\n")
sys.stdout.reconfigure(encoding="utf-8")
code, said = json.loads(os.environ["STAND_IN_" + sys.argv[2].upper()])
print(said)
sys.exit(code)
"""


class Tcb:
    """The stand-in, in a folder that is to be first on PATH; `deploy` and `invoke` are exit code and words of each."""

    def __init__(self, folder):
        self.folder = folder
        self.deploy = (0, "✔ [hello] Cloud function deployed successfully!")
        self.invoke = (0, SUCCEEDED.replace("{}", json.dumps(ANSWER)))
        folder.mkdir()
        (folder / "tcb.py").write_text(STAND_IN)
        (folder / "tcb").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder / "tcb.py"}" "$@"\n')
        (folder / "tcb").chmod(0o755)

    @property
    def variables(self):
        return {
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "STAND_IN_ASKED": str(self.folder / "asked"),
            "STAND_IN_DEPLOY": json.dumps(self.deploy),
            "STAND_IN_INVOKE": json.dumps(self.invoke),
        }

    @property
    def asked(self):
        file = self.folder / "asked"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
