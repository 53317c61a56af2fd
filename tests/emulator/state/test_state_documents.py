"""The whole state goes into one document, and comes back out of it as it was."""

import hashlib

import pytest

from wxemu.core import apps
from wxemu.state import tenancy
from wxemu.state.state import parse, text
from wxemu.state.tables import JOURNAL, NO_STATE

APPID = "wx1234567890abcdef"
CODE = b"not really a zip"
OF_ITS_OWN_FORM = {
    ("meta", "value"): "{}",
    ("apps", "restrictions"): "{}",
    ("phones", "profile"): "android",
    ("phones", "enrolled"): "{}",
    ("phones", "override"): "[[],false]",
    ("functions", "configuration"): None,
    ("exchanges", "face"): "wechat",
    ("packages", "content"): CODE,
    ("packages", "package"): hashlib.sha256(CODE).hexdigest(),
    ("web_key", "number"): 1,
    **{
        (table, column): value
        for table in ("documents", "snapshot_documents", "transaction_documents")
        for column, value in (("key", '"a"'), ("document", '{"_id":"a"}'))
    },
}
BY_KIND = {"INTEGER": 2**53 + 1, "REAL": 0.1 + 0.2, "BLOB": b"\x00\xff"}


def filled(table, columns):
    """A row with something in every column."""
    return [
        OF_ITS_OWN_FORM.get((table, column.name), BY_KIND.get(column.kind, f"{table}.{column.name} 中 \0 '\""))
        for column in columns
    ]


class TestEveryTable:
    @pytest.fixture
    def full(self, world):
        """A world with a row in every table that the schema has, whoever added it."""
        with world.transaction():
            for table, columns in world.store.tables().items():
                if table not in ("meta", "rsa_keys"):
                    world.store.fill(table, [filled(table, columns)])
        return world

    def test_is_in_the_document_and_comes_back(self, full, state, elsewhere):
        document = state.document()
        elsewhere.replace(parse(text(document)))
        assert document["world"].keys() == full.store.tables().keys() - NO_STATE
        assert all(document["world"].values())
        assert text(elsewhere.document()) == text(document)

    def test_but_the_journal_if_that_is_not_wanted(self, full, state, elsewhere):
        document = state.document(has_journal=False)
        elsewhere.replace(document)
        assert state.document()["world"].keys() - document["world"].keys() == JOURNAL
        assert {table for table, rows in elsewhere.document()["world"].items() if not rows} == JOURNAL

    def test_belongs_to_an_app_or_to_nobody(self, full):
        for table, columns in full.store.tables().items():
            names = {column.name for column in columns}
            assert table in tenancy.SHARED or names & {"appid", "env"} or table == "upload_parts", table

    def test_of_an_app_is_forgotten_with_it(self, full):
        with full.transaction():
            for table, columns in full.store.tables().items():
                value = {"appid": APPID, "env": "env-demo", "upload_id": "upload"}
                names = [column.name for column in columns]
                row = [value.get(name, known) for name, known in zip(names, filled(table, columns), strict=True)]
                if table not in tenancy.SHARED:
                    full.store.fill(table, [row])

        tenancy.delete(full, apps.find(full, APPID))

        left = {table for table in full.store.tables() if full.store.rows(f"SELECT 1 FROM {table}")}
        assert left == tenancy.SHARED


def test_snapshots_stay_when_a_state_is_imported(state, elsewhere):
    elsewhere.save("mine")
    elsewhere.replace(state.document())
    elsewhere.reset("mine")


def test_no_key_is_handed_out_twice_after_an_import(state, world, elsewhere):
    document = state.document()
    taken = world.keys.take(3)
    state.replace(document)
    assert world.keys.take(3) == taken
    elsewhere.replace(document)
    assert elsewhere.document()["world"]["rsa_keys"] == document["world"]["rsa_keys"]
