"""`scripts/fuzz`: hostile requests to an emulator of its own, over real connections."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import click
import schemas
from corpus import APPID, MUTATORS, Emulated
from wire import complaint_about

from wxemu.client.child import Child
from wxemu.client.remote import Remote

OPENAPI: Final = "openapi"
KINDS: Final = (*MUTATORS, OPENAPI)
BATCH: Final = 500
"""After so many cases it is seen whether the emulator is as well as before."""


@dataclass
class Figures:
    """What was sent, and what was wrong; ``memory_mb`` of the emulator before and after."""

    seed: int
    cases: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    complaints: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory_mb: tuple[int, int] = (0, 0)


@click.command()
@click.option("--cases", default=20_000, show_default=True, help="How many requests, over all kinds.")
@click.option("--seed", default=0, show_default=True, help="The same seed sends the same requests.")
@click.option("--only", type=click.Choice(KINDS), multiple=True, help="One kind; may be given more than once.")
@click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")
def fuzz(*, cases: int, seed: int, only: tuple[str, ...], is_json: bool) -> None:
    """Send hostile requests to an emulator of its own: no answer may be a fault of it, or none at all.

    Its faces get JSON, multipart forms, protobuf messages, uploads and consoles' forms with bytes and members changed;
    its proxy gets broken CONNECTs and TLS hellos; schemathesis plays through /openapi.json. The emulator must be ready
    after each batch, and its log must have no trace at the end. Exit code 1 if anything was wrong. 20,000 cases
    take three minutes or more.

    \b
    Examples:
      scripts/fuzz
      scripts/fuzz --cases 2000 --only tls --only connect
    """
    figures = Figures(seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        _write_project(Path(folder))
        with (
            (Path(folder) / "stderr").open("w") as log,
            Child(Path(folder), "--intercept-port", "0", stderr=log) as child,
        ):
            _play(child, Path(folder), figures, cases=cases, kinds=only or KINDS)
        said = (Path(folder) / "stderr").read_text(errors="replace")
    if "Traceback" in said:
        figures.complaints.append(f"the emulator's log has a trace:\n{said[said.find('Traceback') :][:3000]}")
    figures.seconds = round(time.monotonic() - began, 1)
    click.echo(json.dumps(asdict(figures)) if is_json else _text(figures))
    if figures.complaints:
        raise SystemExit(1)


def _write_project(folder: Path) -> None:
    """One function, for the faces that call one."""
    (folder / "ask").mkdir()
    (folder / "ask" / "index.py").write_text("def main(event, context):\n    return event\n")
    (folder / "cloudbaserc.yaml").write_text(
        "envId: env-demo\nfunctionRoot: .\nfunctions:\n"
        "  - {name: ask, runtime: Python3.11, handler: index.main, timeout: 3}\n"
    )


def _play(child: Child, folder: Path, figures: Figures, *, cases: int, kinds: tuple[str, ...]) -> None:
    remote = Remote(child.url)
    figures.memory_mb = (_memory_mb(child.pid), 0)
    for kind in kinds:
        share = -(-cases // len(kinds))
        if kind == OPENAPI:
            _play_schemas(child, folder, remote, figures, share)
        else:
            _mutate(child, remote, figures, kind, share)
    figures.memory_mb = (figures.memory_mb[0], _memory_mb(child.pid))


def _play_schemas(child: Child, folder: Path, remote: Remote, figures: Figures, share: int) -> None:
    seed = figures.seed
    while (left := share - figures.cases[OPENAPI]) > 0:
        _tell(figures, OPENAPI, share)
        count, complaints = schemas.run(child.url, folder, cases=left, seed=seed)
        figures.cases[OPENAPI] += count
        figures.complaints += complaints
        _calm(remote, figures, OPENAPI)
        if count == 0:
            break
        seed += 1


def _tell(figures: Figures, kind: str, share: int) -> None:
    click.echo(f"fuzz: {kind}, {figures.cases[kind]:,} of {share:,} cases", err=True)


def _mutate(child: Child, remote: Remote, figures: Figures, kind: str, share: int) -> None:
    random = Random(f"{figures.seed} {kind}")  # noqa: S311 - the same cases for the same seed
    port, proxy_port = _port(child.url), _port(str(child.facts["proxy"]))
    for number in range(share):
        if number % BATCH == 0:
            _tell(figures, kind, share)
            emulated = _calm(remote, figures, kind)
        case = MUTATORS[kind](random, Emulated(port, proxy_port, *emulated))
        figures.cases[kind] += 1
        if (complaint := complaint_about(case)) is not None:
            figures.complaints.append(f"{kind}, case {number}: {complaint}; sent {case.sent[:2000]!r}")


def _calm(remote: Remote, figures: Figures, kind: str) -> tuple[str, str]:
    """Take back what hostile requests may have set; a phone and a token for the next."""
    ready = remote.send("GET", "/readyz")
    if ready.status != 200:
        figures.complaints.append(f"{kind}: not ready any more: {ready.response_body}")
    remote.ask("DELETE", "/emulator/v1/faults")
    remote.ask("POST", "/emulator/v1/state/reset")
    remote.ask("PATCH", "/emulator/v1/settings", {"verify_signatures": False})
    phone = remote.ask("POST", "/phone/v1/phones", {"appid": APPID, "profile": "android"})
    apps = remote.ask("GET", "/emulator/v1/apps")["apps"]
    secret = next(app["secret"] for app in apps if app["appid"] == APPID) if "secret" in apps[0] else ""
    token = remote.ask(
        "POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APPID, "secret": secret}
    )
    return str(phone["phoneId"]), str(token.get("access_token", ""))


def _port(url: str) -> int:
    return int(url.rstrip("/").rpartition(":")[2])


def _memory_mb(pid: int) -> int:
    """Of the emulator's first process, in use now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 // 1_000_000


def _text(figures: Figures) -> str:
    counts = ", ".join(f"{kind} {count:,}" for kind, count in figures.cases.items())
    before, after = figures.memory_mb
    lines = [
        f"{sum(figures.cases.values()):,} cases in {figures.seconds:g} s (seed {figures.seed}): {counts}",
        f"memory {before} MB before, {after} MB after; {len(figures.complaints)} complaints",
    ]
    return "\n".join([*lines, *figures.complaints[:20]])


if __name__ == "__main__":
    fuzz(prog_name="scripts/fuzz")
