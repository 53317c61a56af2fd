"""All that an emulator holds, the world's and the functions', as one document; snapshots of it; the ways back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps, migrations
from wxemu.core.files import write_atomically
from wxemu.core.journal import json_value
from wxemu.core.store import SCHEMA_VERSION
from wxemu.core.world import World
from wxemu.state import seed, seed_entries, snapshots, tenancy
from wxemu.state import tables as world_state
from wxemu.state.function_store import FunctionStore
from wxemu.state.tables import StateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.state.snapshots import Snapshot

VERSION: Final = "wxcloud-state"
"""The member that tells a document of ours, and by which version it was written."""
_MEMBERS: Final = (VERSION, "functions", "world")


class State:
    """The state of one emulator: its world, and what its functions keep."""

    def __init__(self, world: World, functions: FunctionStore) -> None:
        self._world = world
        self._functions = functions

    def document(self, *, has_journal: bool = True) -> dict[str, Any]:
        """All of it but snapshots and saved events, for ``replace``; with toy secrets, tokens and keys.

        :param has_journal: with the exchanges and the invocations' logs.
        :raises StateError: the functions' store cannot be read.
        """
        with self._world.transaction():
            tables = world_state.tables(self._world, has_journal=has_journal)
            return {VERSION: SCHEMA_VERSION, "functions": self._functions.tables(), "world": tables}

    def replace(self, document: Mapping[str, Any]) -> None:
        """Put a document in the place of all but those, or leave all as it is.

        :raises StateError: another version's, or damaged.
        """
        read = _read(document)
        with self._world.transaction():
            world_state.replace(self._world, read["world"])
            seed.mark_loaded(self._world)
            self._functions.replace(read["functions"])

    def save(self, name: str) -> Snapshot:
        """Save all but the journal under a name, in the place of what was saved under it before.

        :raises SnapshotNameError: no name for a snapshot.
        """
        with self._world.transaction():
            return snapshots.save(self._world, name, text(self.document(has_journal=False)))

    def reset(self, to: str, *, appid: str | None = None) -> None:
        """Go back to the seed (``seed``), to nothing (``empty``) or to the snapshot of this name.

        :param appid: with all that belongs to this one app only; ``empty`` leaves it its credentials.
        :raises SnapshotError: there is no such snapshot.
        :raises UnknownAppError: there is no such app.
        :raises SeedError, StateError: the seed or the snapshot has no such app.
        """
        if to not in snapshots.RESERVED:
            self._go_back(to, appid)
            return
        if appid is None:
            (seed.reload if to == "seed" else seed.empty)(self._world)
        elif to == "seed":
            seed.reload_app(self._world, appid)
        else:
            seed_entries.empty_app(self._world, apps.require(self._world, appid))
        self._functions.replace({}, appid=appid)

    def forget_app(self, appid: str) -> None:
        """Forget an app and all that belongs to it.

        :raises UnknownAppError: there is no such app.
        """
        tenancy.forget(self._world, apps.require(self._world, appid))
        self._functions.replace({}, appid=appid)

    def _go_back(self, name: str, appid: str | None) -> None:
        with self._world.transaction():
            document = _read(parse(snapshots.document(self._world, name)))
            if appid is None:
                self.replace(document)
                return
            former = World()
            try:
                world_state.replace(former, document["world"])
                tenancy.bring_back(self._world, appid, former)
                self._functions.replace(document["functions"], appid=appid)
            finally:
                former.close()


def _read(document: Mapping[str, Any]) -> Mapping[str, Any]:
    if VERSION not in document:
        raise StateError(f"this is no state of an emulator: expected a document with the member {VERSION}")
    if document[VERSION] == migrations.FORMER_VERSION:
        document = {**document, VERSION: SCHEMA_VERSION, "world": migrations.migrate_tables(document.get("world"))}
    if document[VERSION] != SCHEMA_VERSION or isinstance(document[VERSION], bool):
        raise StateError(
            f"the state is of version {document[VERSION]!r}, this emulator reads version {SCHEMA_VERSION} only;"
            " begin anew, or use an emulator that reads that one"
        )
    if document.keys() != set(_MEMBERS) or not isinstance(document["functions"], dict):
        raise StateError(f"the state is damaged: expected the members {', '.join(_MEMBERS)}")
    return document


def check(document: Mapping[str, Any]) -> None:
    """Make sure that a document can be put in place, by doing so in a world of its own.

    :raises StateError: it cannot.
    """
    with tempfile.TemporaryDirectory(prefix="wxemu-") as passing:
        world = World()
        try:
            State(world, FunctionStore(Path(passing) / "functions.sqlite")).replace(document)
        finally:
            world.close()


def text(document: Mapping[str, Any]) -> str:
    """A document as JSON that can be read and compared: one value a line, always in the same order."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def parse(written: str) -> dict[str, Any]:
    """A document from JSON.

    :raises StateError: no JSON object.
    """
    document = json_value(written)
    if not isinstance(document, dict):
        raise StateError("this is no state of an emulator: expected a JSON object, found something else")
    return document


def read_file(file: Path) -> dict[str, Any]:
    """The document in a file.

    :raises StateError: it cannot be read, or is no JSON.
    """
    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StateError(f"{file} cannot be read: {error.strerror}") from None
    except (StateError, UnicodeError) as error:
        told = error if isinstance(error, StateError) else "expected UTF-8 text, found something else"
        raise StateError(f"{file}: {told}") from None


def write_file(file: Path, document: Mapping[str, Any]) -> None:
    """Write a document for its owner's eyes only (mode 0600): wholly, or the file stays as it was.

    :raises StateError: it cannot be written.
    """
    try:
        write_atomically(file, text(document).encode(), mode=0o600)
    except OSError as error:
        raise StateError(f"the state cannot be written to {file}: {error.strerror}") from None
