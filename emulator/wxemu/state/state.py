"""The state of an emulator as one document; its snapshots; resets."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps, migrations
from wxemu.core.files import write_atomically
from wxemu.core.journal import json_value
from wxemu.core.messages import Message, spoken
from wxemu.core.store import SCHEMA_VERSION
from wxemu.core.text import escape_unseen
from wxemu.core.world import World
from wxemu.state import seed, seed_entries, snapshots, tenancy
from wxemu.state import tables as world_state
from wxemu.state.errors import NO_TEXT, StateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wxemu.state.snapshots import Snapshot

VERSION: Final = "wxcloud-state"
"""The member that marks our documents; its value is the version that wrote it."""
_MEMBERS: Final = (VERSION, "world")


_log = logging.getLogger(__name__)


class State:
    """The state of one emulator."""

    def __init__(self, world: World) -> None:
        self._world = world

    def document(self, *, has_journal: bool = True) -> dict[str, Any]:
        """The state without snapshots and saved events, but with (toy) secrets, tokens and keys.

        :param has_journal: include the exchanges and the invocations' logs.
        """
        with self._world.transaction():
            tables = world_state.tables(self._world, has_journal=has_journal)
            return {VERSION: SCHEMA_VERSION, "world": tables}

    def replace(self, document: Mapping[str, Any]) -> None:
        """Replace the state by a document, in one transaction; snapshots and saved events stay.

        :raises StateError: the document is damaged, or of another version.
        """
        read = _read(document)
        with self._world.transaction():
            world_state.replace(self._world, read["world"])
            self._world.mark_begun()

    def save(self, name: str) -> Snapshot:
        """Save the state without its journal under a name; replaces the snapshot of this name.

        :raises SnapshotNameError: not a valid name.
        """
        with self._world.transaction():
            return snapshots.save(self._world, name, text(self.document(has_journal=False)))

    def reset(self, to: str, *, appid: str | None = None) -> None:
        """Go back to the seed (``seed``), to nothing (``empty``) or to the snapshot of this name.

        :param appid: only with what belongs to this app; ``empty`` leaves its credentials.
        :raises SnapshotError: there is no such snapshot.
        :raises UnknownAppError: there is no such app.
        :raises SeedError, StateError: the seed or the snapshot has no such app.
        """
        if to not in snapshots.RESERVED:
            self._load_snapshot(to, appid)
            return
        if appid is None:
            (seed.reload if to == "seed" else seed.empty)(self._world)
        elif to == "seed":
            seed.reload_app(self._world, appid)
        else:
            seed_entries.empty_app(self._world, apps.require(self._world, appid))

    def delete_app(self, appid: str) -> None:
        """Delete an app and all that belongs to it.

        :raises UnknownAppError: there is no such app.
        """
        tenancy.delete(self._world, apps.require(self._world, appid))

    def _load_snapshot(self, name: str, appid: str | None) -> None:
        with self._world.transaction():
            document = _read(parse(snapshots.document(self._world, name)))
            if appid is None:
                self.replace(document)
                return
            former = World()
            try:
                world_state.replace(former, document["world"])
                tenancy.restore(self._world, appid, former)
            finally:
                former.close()


def _read(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if VERSION not in document:
        raise StateError(
            Message(
                "this is not a state of an emulator: expected a document with the member {member}",
                "这不是模拟器的状态：文档中应有字段 {member}",
                member=VERSION,
            )
        )
    if document[VERSION] == migrations.FORMER_VERSION:
        document = {VERSION: SCHEMA_VERSION, "world": migrations.migrate_tables(document.get("world"))}
        lost = Message(
            "the sessions that functions had stored are not taken over: users log in again",
            "云函数保存的会话不会沿用：用户需要重新登录",
        )
        _log.warning("%s", spoken(lost))
    if document[VERSION] != SCHEMA_VERSION or isinstance(document[VERSION], bool):
        raise StateError(
            Message(
                "the state is of version {version}, this emulator reads version {own} only;"
                " start without it, or use an emulator that reads that version",
                "状态的版本是 {version}，本模拟器只能读取版本 {own}；请不带它启动，或使用能读取该版本的模拟器",
                version=repr(document[VERSION]),
                own=SCHEMA_VERSION,
            )
        )
    if document.keys() != set(_MEMBERS):
        members = ", ".join(_MEMBERS)
        raise StateError(
            Message(
                "the state is damaged: expected the members {members}",
                "状态已损坏：应有字段 {members}",
                members=members,
            )
        )
    return document


def check(document: Mapping[str, Any], *, is_exposed: bool = False) -> None:
    """Make sure that a document can replace a state, by trying it with a temporary world.

    :param is_exposed: whether other machines will reach it.
    :raises StateError: it cannot.
    :raises PublishedSecretError: it must not.
    """
    world = World(is_exposed=is_exposed)
    try:
        State(world).replace(document)
    finally:
        world.close()


def text(document: Mapping[str, Any]) -> str:
    """A document as JSON for people, terminals and diff: one value a line, always in the same order."""
    return escape_unseen(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def parse(json_text: str) -> dict[str, Any]:
    """Read a document from JSON.

    :raises StateError: not a JSON object.
    """
    document = json_value(json_text)
    if not isinstance(document, dict):
        raise StateError(
            Message(
                "this is not a state of an emulator: expected a JSON object, found something else",
                "这不是模拟器的状态：应为 JSON 对象",
            )
        )
    return document


def read_file(file: Path) -> dict[str, Any]:
    """Read a document from a file.

    :raises StateError: it cannot be read, or is not JSON.
    """
    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StateError(
            Message("{file} cannot be read: {reason}", "{file} 无法读取：{reason}", file=file, reason=error)
        ) from None
    except (StateError, UnicodeError) as error:
        problem = error.message if isinstance(error, StateError) else NO_TEXT
        raise StateError(
            Message(
                "{file}: {problem}; name a file that `wxemu state export` has written",
                "{file}：{problem}；请指定 `wxemu state export` 写出的文件",
                file=file,
                problem=problem,
            )
        ) from None


def write_file(file: Path, document: Mapping[str, Any]) -> None:
    """Write a document to a file that only its owner can read (mode 0600).

    :raises StateError: it cannot be written; the old file stays.
    """
    try:
        write_atomically(file, text(document).encode())
    except OSError as error:
        raise StateError(
            Message(
                "the state cannot be written to {file}: {reason}; name another file",
                "状态无法写入 {file}：{reason}；请指定另一个文件",
                file=file,
                reason=error,
            )
        ) from None
