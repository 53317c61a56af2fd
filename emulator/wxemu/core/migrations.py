"""States of the version before, read as states of this one: a database file, and the tables of an exported document.

Version 3 says of each exchange what came of it (``outcome``, ``is_failure``), which version 2 left to be guessed from
the answer's body; it calls a wx_api_token by its name; it has a document database (``documents.sql``);
it has what WeChat keeps of a user for a mini game (``user_data.sql``); and an app may have an AppKey.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.core.outcome import Outcome, of_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from sqlite3 import Connection

FORMER_VERSION: Final = 2
NEW_FILES: Final = ("documents.sql", "user_data.sql")
"""Whose tables the former version does not have."""
_STATEMENTS: Final = (
    "ALTER TABLE apps ADD COLUMN app_key TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE exchanges ADD COLUMN outcome TEXT NOT NULL DEFAULT 'ok'",
    "ALTER TABLE exchanges ADD COLUMN is_failure INTEGER NOT NULL DEFAULT 0",
    "UPDATE exchanges SET outcome = former_words(errcode, status, response_body)",
    "UPDATE exchanges SET is_failure = former_failure(errcode, status, response_body)",
    "DROP INDEX api_tokens_by_end",
    "ALTER TABLE api_tokens RENAME TO wx_api_tokens",
    "ALTER TABLE wx_api_tokens RENAME COLUMN token TO wx_api_token",
    "CREATE INDEX wx_api_tokens_by_end ON wx_api_tokens (expires_at)",
    "CREATE INDEX codes_by_end ON codes (expires_at)",
    "CREATE INDEX web_logins_by_end ON web_logins (expires_at)",
    "CREATE INDEX open_data_by_end ON open_data (expires_at)",
)
_NEW_TABLES: Final = (
    *("collections", "documents", "transactions", "snapshot_documents", "transaction_documents"),
    *("user_storage", "interactive_data", "encrypt_keys"),
)
# WeChat's answers and functions' results, which may stand in JSON inside JSON, its quotes escaped.
_IS_OK: Final = re.compile(r'is_?[oO]k\\*":\s*(true|false)')
_CODE_OF_FUNCTION: Final = re.compile(r'"errCode":\s*(-?[1-9]\d*)')


def migrate(connection: Connection) -> None:
    """Bring a database of the former version to this one, in the transaction that goes on."""
    connection.create_function("former_words", 3, lambda *told: _outcome(*told).words, deterministic=True)
    connection.create_function("former_failure", 3, lambda *told: _outcome(*told).is_failure, deterministic=True)
    for statement in _STATEMENTS:
        connection.execute(statement)


def of_another_version(place: Path | None, version: object, own: int) -> tuple[Message, Message]:
    """What is said of a state that neither this version keeps nor the one before, and what to do."""
    is_newer = isinstance(version, int) and version > own
    return (
        Message(
            "{place} has a state of version {version}, {age} than version {own} of this wxemu",
            "{place} 中的状态是版本 {version}，比本 wxemu 的版本 {own} {age}",
            place=place,
            version=version,
            age=Message("newer", "新") if is_newer else Message("older", "旧"),
            own=own,
        ),
        Message(
            "use the wxemu that made it, delete the folder, or name another one with --state",
            "请使用创建它的 wxemu，删除该文件夹，或用 --state 指定另一个",
        ),
    )


def migrate_tables(tables: Any) -> Any:
    """The tables of a document of the former version as this one has them; what is damaged stays so."""
    if not isinstance(tables, dict):
        return tables
    migrated = {**{name: [] for name in _NEW_TABLES}, **tables}
    if "apps" in migrated:
        migrated["apps"] = _map_rows(migrated["apps"], lambda row: {**row, "app_key": ""})
    if "api_tokens" in migrated:
        migrated["wx_api_tokens"] = _map_rows(migrated.pop("api_tokens"), _with_wx_api_token)
    if "exchanges" in migrated:
        migrated["exchanges"] = _map_rows(migrated["exchanges"], _with_outcome)
    return migrated


def _map_rows(rows: Any, change: Any) -> Any:
    return [change(row) if isinstance(row, dict) else row for row in rows] if isinstance(rows, list) else rows


def _with_wx_api_token(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"wx_api_token" if name == "token" else name: value for name, value in row.items()}


def _with_outcome(row: Mapping[str, Any]) -> dict[str, Any]:
    status = row.get("status")
    outcome = _outcome(row.get("errcode"), status if isinstance(status, int) else 0, str(row.get("response_body")))
    return {**row, "outcome": outcome.words, "is_failure": int(outcome.is_failure)}


def _outcome(errcode: Any, status: int, response_body: str) -> Outcome:
    """What the former version would have shown."""
    if errcode not in (None, "0"):
        return Outcome(str(errcode), is_failure=True)
    if (by_status := of_status(status)).is_failure:
        return by_status
    if (code := _CODE_OF_FUNCTION.search(response_body)) is not None:
        return Outcome(code[1], is_failure=True)
    if (is_ok := _IS_OK.search(response_body)) is not None:
        return Outcome(f"is_ok {is_ok[1]}", is_failure=is_ok[1] == "false")
    return Outcome()
