"""Tencent's CLI, `tcb`, of @cloudbase/cli 2.12.10."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, as_it_is
from wxemu.deploy.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

VERSION: Final = "2.12.10"
"""The one that this was tried with; 3.x is not known."""

_FAILED: Final = "✖"
_COLON: Final = "\N{FULLWIDTH COLON}"


@dataclass(frozen=True)
class Tcb:
    """The CLI at work in `folder`, the only place where it looks for a cloudbaserc.

    `variables` fill the templates in it; `env` names another environment than it does; `tell` hears what the CLI says.
    """

    command: str
    folder: Path
    variables: Mapping[str, str] = field(repr=False)
    env: str | None
    tell: Callable[[str], None]

    @classmethod
    def find(cls, folder: Path, variables: Mapping[str, str], *, env: str | None, tell: Callable[[str], None]) -> Tcb:
        """The one on PATH.

        :raises DeployError: there is none.
        """
        return cls(find_command(), folder, variables, env, tell)

    def deploy(self, name: str) -> None:
        """Create a function, or replace its code and configuration. An existing one keeps its runtime.

        :raises DeployError: the CLI failed, which its exit code does not tell: it is 0 for what was refused [run].
        """
        code, said = self._run("deploy", name, "--force", "--yes")
        refused = [line.strip(f"{_FAILED} \t") for line in said if line.startswith(_FAILED)]
        if code != 0 or refused:
            raise DeployError(
                Message(
                    "{name} is not deployed: {why}",
                    "{name} 没有部署成功：{why}",
                    name=name,
                    why=_explain_refusal(refused or said),
                )
            )

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Run a function in the cloud; what it returned.

        :raises DeployError: it was not run, or it failed.
        """
        code, said = self._run("invoke", name, "--params", json.dumps(event))
        # `Return result：JSON`, or in another language of the CLI's; a failed one has its error there [run].
        answer = next(_parse_values(said), None) if code == 0 else None
        if isinstance(answer, dict) and {"errorCode", "errorMessage"} <= answer.keys():
            raise DeployError(
                Message(
                    "{name} is deployed but fails: {why}",
                    "{name} 已部署，但运行失败：{why}",
                    name=name,
                    why=_take_last_line(str(answer["errorMessage"])),
                )
            )
        if answer is None:
            raise DeployError(
                Message(
                    "{name} is deployed but does not answer: {why}",
                    "{name} 已部署，但没有应答：{why}",
                    name=name,
                    why=_explain_refusal(said),
                )
            )
        return answer

    def _run(self, *arguments: str) -> tuple[int, list[str]]:
        env = () if self.env is None else ("--envId", self.env)
        process = subprocess.Popen(  # noqa: S603 - Tencent's CLI
            [self.command, "fn", *arguments, *env],
            cwd=self.folder,
            env={**os.environ, **self.variables},
            stdin=subprocess.DEVNULL,  # it must not ask what nobody will answer
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        said = []
        with process:
            for line in process.stdout or ():
                said.append(line.rstrip("\n"))
                self.tell(said[-1])
        return process.returncode, said


def find_command() -> str:
    """The path of the CLI.

    :raises DeployError: it is not on PATH.
    """
    command = shutil.which("tcb")
    if command is None:
        raise DeployError(
            Message(
                "the tcb command is missing; install it: npm install --global @cloudbase/cli@{version}",
                "没有 tcb 命令；请安装：npm install --global @cloudbase/cli@{version}",
                version=VERSION,
            )
        )
    return command


def _parse_values(said: list[str]) -> Iterator[Any]:
    for line in said:
        _, colon, text = line.partition(_COLON)
        if colon and text[:1] in '{["':
            try:
                yield json.loads(text)
            except ValueError:
                continue


def _explain_refusal(said: list[str]) -> Message:
    text = " ".join(line.strip() for line in said if line.strip())
    if not text:
        return Message("tcb says nothing", "tcb 没有输出")
    if "No valid identity" in text:
        return Message("{text} (sign in first: tcb login)", "{text}（请先登录：tcb login）", text=text)
    return as_it_is(text)


def _take_last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]
