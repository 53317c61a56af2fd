"""tcb-admin-node, and the wx-server-sdk that it is inside of, at the emulator's document database: no EJSON."""

from __future__ import annotations

import functools
import json

import pytest

PACKAGES = {"admin": "tcb-admin-node", "1.8.3": "wx-server-sdk-1", "0.8.1": "wx-server-sdk-0"}
A = {"_id": "a", "n": 1, "s": "订单", "tags": ["x", "y"], "nest": {"deep": 5}}
B = {"_id": "b", "n": 2.5, "flag": True, "at": {"$": "date", "at": 1700000000123}}
AT = {"$date": 1700000000123}


def do(*chain, on=None):
    step = {"do": [["collection", "COLLECTION"], *map(list, chain)]}
    return step if on is None else {"on": on, **step}


def doc(*chain, on=None, of="a"):
    return do(["doc", of], *chain, on=on)


def where(condition, *chain):
    return do(["where", condition], *chain)


def command(*chain):
    return {"_": [list(link) for link in chain]}


def update(**members):
    return [doc(["update", members]), doc(["get"])]


def end(how):
    return {"on": "t", "do": [[how]]}


START = {"do": [["startTransaction"]], "as": "t"}
DOCUMENTS = {
    "a document": ([doc(["get"])], [A]),
    "a query": ([where({"n": command(["gt", 2]), "flag": True}, ["get"])], [{**B, "at": AT}]),
    "a date": ([where({"at": {"$": "date", "at": 1700000000123}}, ["field", {"at": True}], ["get"])],
               [{"_id": "b", "at": AT}]),
    "a regular expression": ([where({"s": {"$": "regexp", "source": "^订", "flags": ""}}, ["get"])], [A]),
    "a nested object": ([where({"nest": {"deep": 5}}, ["get"])], [A]),
    "an order": ([do(["orderBy", "n", "desc"], ["field", {"n": True}], ["get"])],
                 [{"_id": "b", "n": 2.5}, {"_id": "a", "n": 1}]),
    "a page": ([do(["orderBy", "n", "asc"], ["skip", 1], ["limit", 1], ["field", {"n": True}], ["get"])],
               [{"_id": "b", "n": 2.5}]),
    "a value set": (update(n=7), [{**A, "n": 7}]),
    "operators": (update(n=command(["inc", 2]), tags=command(["push", ["z"]]), s=command(["remove"])),
                  [{"_id": "a", "n": 3, "tags": ["x", "y", "z"], "nest": {"deep": 5}}]),
    "set": ([doc(["set", {"only": 1}]), doc(["get"])], [{"_id": "a", "only": 1}]),
    "of another transaction": ([START, doc(["update", {"n": 9}], on="t"), doc(["get"])], [A]),
    "inside a transaction": ([START, doc(["update", {"n": 9}], on="t"), doc(["get"], on="t")], [{**A, "n": 9}]),
    "after a commit": (
        [START, doc(["update", {"n": 9}], on="t"), do(["add", {"_id": "e", "n": 3}], on="t"), end("commit"),
         where({"n": command(["gte", 3])}, ["get"])],
        [{**A, "n": 9}, {"_id": "e", "n": 3}]),
    "after a rollback": (
        [START, doc(["set", {"n": 9}], on="t"), doc(["set", {"n": 3}], on="t", of="e"), end("rollback"),
         where({"n": command(["gte", 3])}, ["get"])],
        []),
}  # fmt: skip
NUMBERS: dict[str, tuple[list, dict]] = {
    "count": ([do(["count"])], {"total": 2}),
    "count of a query": ([where({"n": command(["lt", 2])}, ["count"])], {"total": 1}),
    "all that match": ([where({"n": command(["gt", 0])}, ["update", {"x": 1}])], {"updated": 2}),
    "set anew": ([doc(["set", {"n": 2}])], {"updated": 1}),
    "set first": ([doc(["set", {"n": 2}], of="new")], {"updated": 0, "created": 1}),
    "removed": ([doc(["remove"])], {"deleted": 1}),
    "an id of one's own": ([do(["add", {"_id": "mine"}])], {"id": "mine"}),
    "set first in a transaction": ([START, doc(["set", {"n": 2}], on="t", of="new")], {"updated": 0}),
}
REFUSALS = {
    "the same id": ([do(["add", {"_id": "a"}])], ("DATABASE_REQUEST_FAILED", -502001, "E11000 duplicate key error")),
    "written meanwhile": (
        [START, doc(["get"], on="t", of="b"), doc(["update", {"n": 9}]), doc(["update", {"n": 8}], on="t")],
        ("DATABASE_TRANSACTION_CONFLICT", -501001, "[ResourceUnavailable.TransactionConflict]")),
    "after the end": (
        [START, end("commit"), doc(["set", {"n": 1}], on="t")],
        ("DATABASE_TRANSACTION_FAIL", -501001, "[ResourceUnavailable.TransactionNotExist]")),
    "aggregation": (
        [do(["aggregate"], ["match", {"n": 1}], ["end"])],
        ("DATABASE_INVALID_OPERRATOR", -502002, "aggregations are not emulated")),
}  # fmt: skip
CASES: dict[str, tuple[list, object]] = {**DOCUMENTS, **NUMBERS, **REFUSALS}


def pairs(cases):
    """Each package with each case; wx-server-sdk 0.8.1 has no transactions."""
    return [
        (package, case)
        for package in PACKAGES
        for case, (steps, _) in cases.items()
        if package != "0.8.1" or START not in steps
    ]


@pytest.fixture(scope="module")
def outcome_of(emulator, node, tmp_path_factory):
    """What came of the last step of a case with a package."""
    folder = tmp_path_factory.mktemp("database")
    env = emulator.environment(function="login")
    credentials = {"secretId": env["TENCENTCLOUD_SECRETID"], "secretKey": env["TENCENTCLOUD_SECRETKEY"]}
    config = {"env": "env-demo", "serviceUrl": f"{emulator.url}/admin", **credentials}

    @functools.cache
    def outcomes(package):
        cases = [case for one, case in pairs(CASES) if one == package]
        made = [{"do": [["createCollection", "COLLECTION"]]}, do(["add", A]), do(["add", B])]
        texts = [json.dumps([*made, *CASES[case][0]]) for case in cases]
        steps = [json.loads(text.replace("COLLECTION", f"{package}-{n}")) for n, text in enumerate(texts)]
        paths = [folder / "config.json", folder / "cases.json"]
        for path, content in zip(paths, (json.dumps(config), json.dumps(steps)), strict=True):
            path.write_text(content)
        done = node("database.cjs", PACKAGES[package], *map(str, paths), env=env)
        assert all("error" not in step for outcome in done for step in outcome[:3])
        return dict(zip(cases, (outcome[-1] for outcome in done), strict=True))

    return lambda package, case: outcomes(package)[case]


@pytest.mark.parametrize(("package", "case"), pairs(DOCUMENTS))
def test_documents_are_found_as_they_are_made(outcome_of, package, case):
    outcome = outcome_of(package, case)
    assert "error" not in outcome
    found = outcome["data"]
    assert (found if isinstance(found, list) else [found]) == DOCUMENTS[case][1]


@pytest.mark.parametrize(("package", "case"), pairs(NUMBERS))
def test_a_change_is_counted(outcome_of, package, case):
    outcome = outcome_of(package, case)
    assert {name: outcome.get(name) for name in NUMBERS[case][1]} == NUMBERS[case][1]


@pytest.mark.parametrize(("package", "case"), pairs(REFUSALS))
def test_a_refusal_is_that_of_the_platform(outcome_of, package, case):
    code, number, text = REFUSALS[case][1]
    error = outcome_of(package, case)["error"]
    assert (error["code"] if package == "admin" else error["errCode"]) == (code if package == "admin" else number)
    assert text in error["message" if package == "admin" else "errMsg"]
