"""@cloudbase/node-sdk 3 and wx-server-sdk 4 at the emulator's document database: the same calls, the same documents."""

from __future__ import annotations

import json

import pytest

PACKAGES = {"node": "@cloudbase/node-sdk", "wx": "wx-server-sdk"}
SHOP = [
    {"_id": "a", "n": 1, "s": "alpha", "tags": ["x", "y"], "nest": {"deep": 5, "rows": [{"k": 1}, {"k": 2}]}},
    {"_id": "b", "n": 2, "s": "Beta", "tags": ["y"], "flag": True},
    {"_id": "c", "n": 3, "s": "订单", "tags": [], "none": None},
    {"_id": "d", "n": 2.5, "flag": 1},
]
ALL = "abcd"
DUPLICATE = ("DATABASE_REQUEST_FAILED", -502001, "E11000 duplicate key error collection: tnt-")
NO_COLLECTION = ("DATABASE_COLLECTION_NOT_EXIST", -502005, "[ResourceNotFound] Db or Table not exist: missing.")
NOT_THERE = ("DATABASE_INVALID_OPERRATOR", -502002, "is not emulated")
CONFLICT = ("DATABASE_TRANSACTION_CONFLICT", -501001, "[ResourceUnavailable.TransactionConflict] Transaction is conf")
ENDED = ("DATABASE_TRANSACTION_FAIL", -501001, "[ResourceUnavailable.TransactionNotExist] Transaction does not exist")
COLLECTION = "COLLECTION"  # each case has one of its own


def command(*chain):
    """``_.gt(1).and(...)``: each link a name and its arguments."""
    return {"_": [list(link) for link in chain]}


def do(*chain, on=None, name=COLLECTION):
    step = {"do": [["collection", name], *map(list, chain)]}
    return step if on is None else {"on": on, **step}


def query(condition, *chain):
    return [do(["where", condition], *chain, ["get"])]


def doc(document_id, *chain, on=None):
    return do(["doc", document_id], *chain, on=on)


def start(name):
    return {"do": [["startTransaction"]], "as": name}


def end(name, how):
    return {"on": name, "do": [[how]]}


def update(**data):
    return [doc("a", ["update", data]), doc("a", ["get"])]


def changed(**members):
    """Document a after an update; ``None`` takes a member away."""
    return [{name: value for name, value in {**SHOP[0], **members}.items() if value is not None}]


def regexp(source, flags=""):
    return {"$": "regexp", "source": source, "flags": flags}


QUERIES: dict[str, tuple[list, str]] = {
    "everything": ([do(["get"])], ALL),
    "where nothing is asked": (query({}), ALL),
    "a value": (query({"n": 2}), "b"),
    "eq": (query({"n": command(["eq", 2])}), "b"),
    "neq": (query({"n": command(["neq", 2])}), "acd"),
    "gt": (query({"n": command(["gt", 2])}), "cd"),
    "gte": (query({"n": command(["gte", 2.5])}), "cd"),
    "lt": (query({"n": command(["lt", 2])}), "a"),
    "lte": (query({"n": command(["lte", 2])}), "ab"),
    "a range": (query({"n": command(["gt", 1], ["and", command(["lt", 3])])}), "bd"),
    "in": (query({"n": command(["in", [1, 3]])}), "ac"),
    "nin": (query({"n": command(["nin", [1, 3]])}), "bd"),
    "or of a field": (query({"n": command(["lt", 2], ["or", command(["gt", 2.6])])}), "ac"),
    "or of queries": (query(command(["or", [{"n": 1}, {"flag": True}]])), "ab"),
    "and of queries": (query(command(["and", [{"n": command(["gt", 1])}, {"n": command(["lt", 3])}]])), "bd"),
    "nor": (query(command(["nor", [{"n": 1}, {"n": 2}]])), "cd"),
    "not": (query({"n": command(["not", command(["gt", 1])])}), "a"),
    "exists": (query({"s": command(["exists", True])}), "abc"),
    "does not exist": (query({"s": command(["exists", False])}), "d"),
    "mod": (query({"n": command(["mod", 2, 1])}), "ac"),
    "null or missing": (query({"none": None, "n": command(["gte", 3])}), "c"),
    "true, not one": (query({"flag": True}), "b"),
    "one, not true": (query({"flag": 1}), "d"),
    "Chinese": (query({"s": "订单"}), "c"),
    "a regular expression": (query({"s": regexp("^b", "i")}), "b"),
    "db.RegExp": (query({"s": {"$": "db.RegExp", "source": "^AL", "flags": "i"}}), "a"),
    "a member of an array": (query({"tags": "y"}), "ab"),
    "a whole array": (query({"tags": ["y"]}), "b"),
    "all": (query({"tags": command(["all", ["y", "x"]])}), "a"),
    "size": (query({"tags": command(["size", 0])}), "c"),
    "elemMatch": (query({"nest": {"rows": command(["elemMatch", {"k": command(["gt", 1])}])}}), "a"),
    "an index": (query({"tags.0": "y"}), "b"),
    "a nested object": (query({"nest": {"deep": 5}}), "a"),
    "a dotted path": (query({"nest.deep": command(["lt", 9])}), "a"),
    "through an array": (query({"nest.rows.k": 2}), "a"),
    "descending": ([do(["orderBy", "n", "desc"], ["get"])], "cdba"),
    "two orders": ([do(["orderBy", "flag", "asc"], ["orderBy", "n", "desc"], ["get"])], "cadb"),
    "a page": ([do(["orderBy", "n", "asc"], ["skip", 1], ["limit", 2], ["get"])], "bd"),
    "a document": ([doc("c", ["get"])], "c"),
}
DOCUMENTS = {
    "a projection": ([do(["where", {"n": 1}], ["field", {"nest.deep": True, "s": True}], ["get"])],
                     [{"_id": "a", "s": "alpha", "nest": {"deep": 5}}]),
    "a projection without": ([do(["where", {"n": 2}], ["field", {"_id": False, "tags": False, "s": False}], ["get"])],
                             [{"n": 2, "flag": True}]),
    "a projection of a document": ([doc("b", ["field", {"n": True}], ["get"])], [{"_id": "b", "n": 2}]),
    "a value set": (update(n=7), changed(n=7)),
    "a nested value set": (update(nest={"deep": 6}), changed(nest={"deep": 6, "rows": [{"k": 1}, {"k": 2}]})),
    "an object set whole": (update(nest=command(["set", {"deep": 6}])), changed(nest={"deep": 6})),
    "inc": (update(n=command(["inc", 2])), changed(n=3)),
    "inc of what is not there": (update(m=command(["inc", 2])), changed(m=2)),
    "mul": (update(n=command(["mul", 3])), changed(n=3)),
    "min": (update(n=command(["min", 0])), changed(n=0)),
    "max": (update(n=command(["max", 9])), changed(n=9)),
    "remove": (update(s=command(["remove"])), changed(s=None)),
    "rename": (update(s=command(["rename", "t"])), changed(s=None, t="alpha")),
    "push": (update(tags=command(["push", ["z", "w"]])), changed(tags=["x", "y", "z", "w"])),
    "push in order": (update(tags=command(["push", {"each": ["a"], "position": 0, "sort": -1, "slice": 2}])),
                      changed(tags=["y", "x"])),
    "pop": (update(tags=command(["pop"])), changed(tags=["x"])),
    "shift": (update(tags=command(["shift"])), changed(tags=["y"])),
    "unshift": (update(tags=command(["unshift", ["z"]])), changed(tags=["z", "x", "y"])),
    "pull": (update(tags=command(["pull", "x"])), changed(tags=["y"])),
    "pull by a condition": (update(nest={"rows": command(["pull", {"k": command(["gt", 1])}])}),
                            changed(nest={"deep": 5, "rows": [{"k": 1}]})),
    "pullAll": (update(tags=command(["pullAll", ["x", "y"]])), changed(tags=[])),
    "addToSet": (update(tags=command(["addToSet", "x"]), n=2), changed(n=2)),
    "addToSet of several": (update(tags=command(["addToSet", {"$each": ["x", "z"]}])), changed(tags=["x", "y", "z"])),
    "bit": (update(n=command(["bit", {"or": 6}])), changed(n=7)),
    "an element by its index": (update(**{"nest.rows.1.k": 9}),
                                changed(nest={"deep": 5, "rows": [{"k": 1}, {"k": 9}]})),
    "set": ([doc("a", ["set", {"only": 1}]), doc("a", ["get"])], [{"_id": "a", "only": 1}]),
    "set of a new one": ([doc("new", ["set", {"only": 1}]), doc("new", ["get"])], [{"_id": "new", "only": 1}]),
    "a removed one": ([doc("a", ["remove"]), *query({"_id": "a"})], []),
    "a date": ([doc("a", ["set", {"at": {"$": "date", "at": 1700000000123}}]), doc("a", ["get"])],
               [{"_id": "a", "at": {"$date": 1700000000123}}]),
    "a large integer": ([doc("a", ["set", {"n": 1790000000000}]), *query({"n": command(["gt", 1789999999999])})],
                        [{"_id": "a", "n": 1790000000000}]),
    "a point": ([doc("a", ["set", {"p": {"$": "point", "at": [113.25, 23]}}]), doc("a", ["get"])],
                [{"_id": "a", "p": {"type": "Point", "coordinates": [113.25, 23]}}]),
    "inside a transaction": (
        [start("t"), doc("a", ["update", {"n": 9}], on="t"), doc("a", ["get"], on="t")],
        changed(n=9)),
    "outside a transaction": (
        [start("t"), doc("a", ["update", {"n": 9}], on="t"), doc("a", ["get"])],
        changed()),
    "after a commit": (
        [start("t"), doc("a", ["update", {"n": 9}], on="t"), do(["add", {"_id": "e"}], on="t"), end("t", "commit"),
         *query({"_id": command(["in", ["a", "e"]])})],
        [*changed(n=9), {"_id": "e"}]),
    "after a rollback": (
        [start("t"), doc("a", ["remove"], on="t"), doc("e", ["set", {"n": 1}], on="t"), end("t", "rollback"),
         *query({"_id": command(["in", ["a", "e"]])})],
        changed()),
    "the snapshot of a transaction": (
        [start("t"), doc("b", ["get"], on="t"), doc("a", ["update", {"n": 9}]), doc("a", ["get"], on="t")],
        changed()),
    "a query inside a transaction": (
        [start("t"), do(["add", {"_id": "e", "n": 0}], on="t"),
         do(["where", {"n": command(["lt", 2])}], ["get"], on="t")],
        [SHOP[0], {"_id": "e", "n": 0}]),
}  # fmt: skip
NUMBERS: dict[str, tuple[list, dict]] = {
    "count": ([do(["count"])], {"total": 4}),
    "count of a query": ([do(["where", {"n": command(["gt", 2])}], ["count"])], {"total": 2}),
    "all that match": ([do(["where", {"n": command(["gte", 2])}], ["update", {"x": 1}])], {"updated": 3}),
    "none": ([do(["where", {"n": 99}], ["update", {"x": 1}])], {"updated": 0}),
    "what is as it was": ([doc("a", ["update", {"n": 1}])], {"updated": 0}),
    "one alone": ([do(["where", {"n": command(["gte", 2])}], ["update", {"x": 1}, {"multi": False}])], {"updated": 1}),
    "consumed once": (
        [do(["where", {"_id": "a", "used": command(["exists", False])}], ["update", {"used": True}])] * 2,
        {"updated": 0}),
    "set anew": ([doc("a", ["set", {"n": 2}])], {"updated": 1}),
    "set first": ([doc("new", ["set", {"n": 2}])], {"updated": 0, "created": 1}),
    "removed": ([do(["where", {"n": command(["gt", 2])}], ["remove"])], {"deleted": 2}),
    "removed by id": ([doc("a", ["remove"])], {"deleted": 1}),
    "nothing removed": ([doc("none", ["remove"])], {"deleted": 0}),
    "an id of one's own": ([do(["add", {"_id": "mine"}])], {"id": "mine"}),
    "ids of one's own": ([do(["add", [{"_id": "m1"}, {"_id": "m2"}]])], {"ids": ["m1", "m2"]}),
}  # fmt: skip
REFUSALS = {
    "the same id": ([do(["add", {"_id": "a"}])], DUPLICATE),
    "the same id in a transaction": ([start("t"), do(["add", {"_id": "a"}], on="t")], DUPLICATE),
    "add without a collection": ([do(["add", {}], name="missing")], NO_COLLECTION),
    "get without a collection": ([do(["where", {"n": 1}], ["get"], name="missing")], NO_COLLECTION),
    "update without a collection": ([do(["where", {"n": 1}], ["update", {"n": 2}], name="missing")], NO_COLLECTION),
    "a path through null": (
        [doc("c", ["update", {"none": {"x": 1}}])],
        ("DATABASE_REQUEST_FAILED", -502001, "{Cannot create field 'x' in element {none: null}}")),
    "inc of a text": (
        [doc("a", ["update", {"s": command(["inc", 1])}])],
        ("DATABASE_REQUEST_FAILED", -502001, "Cannot apply $inc to a value of non-numeric type")),
    "geo": (query({"p": command(["geoNear", {"geometry": {"$": "point", "at": [1, 2]}}])}), NOT_THERE),
    "written outside meanwhile": (
        [start("t"), doc("b", ["get"], on="t"), doc("a", ["update", {"n": 9}]), doc("a", ["update", {"n": 8}], on="t")],
        CONFLICT),
    "written by another transaction": (
        [start("t"), start("u"), doc("a", ["get"], on="t"), doc("a", ["update", {"n": 9}], on="u"),
         doc("a", ["update", {"n": 8}], on="t")],
        CONFLICT),
    "after the end": ([start("t"), end("t", "commit"), doc("a", ["set", {"n": 1}], on="t")], ENDED),
}  # fmt: skip
CASES = {**QUERIES, **DOCUMENTS, **NUMBERS, **REFUSALS}
RETRIED = {
    "run": [do(["doc", "a"], ["get"]), do(["doc", "a"], ["update", {"n": command(["inc", 1])}])],
    "between": [doc("a", ["update", {"n": 500}])],
}


def in_collection(steps, name):
    return json.loads(json.dumps(steps).replace(f'"{COLLECTION}"', json.dumps(name)))


IN_ONE_WORKER = [pytest.param(name, marks=pytest.mark.xdist_group(f"database of {name}")) for name in PACKAGES]


@pytest.fixture(scope="module", params=IN_ONE_WORKER)
def package(request):
    return request.param


@pytest.fixture(scope="module")
def run(package, emulator, node, tmp_path_factory):
    """Run cases with a package, a function's credentials in its environment or in its configuration."""
    folder = tmp_path_factory.mktemp("database")

    def run(cases):
        env = emulator.environment(function="login")
        config = {"env": "env-demo"}
        if package == "node":
            credentials = {"secretId": env["TENCENTCLOUD_SECRETID"], "secretKey": env["TENCENTCLOUD_SECRETKEY"]}
            config |= {**credentials, "serviceUrl": f"{emulator.url}/admin"}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "cases.json").write_text(json.dumps(cases))
        files = [str(folder / "config.json"), str(folder / "cases.json")]
        return node("database.cjs", PACKAGES[package], *files, env=env if package == "wx" else {})

    return run


def prepared(steps, name):
    fill = {"do": [["collection", name], ["add", SHOP]]}
    return [{"do": [["createCollection", name]]}, fill, *in_collection(steps, name)]


@pytest.fixture(scope="module")
def outcomes(run, package):
    """What came of the last step of each case, by its name."""
    names = {name: f"{package}-{number}" for number, name in enumerate(CASES)}
    cases = [prepared(steps, names[name]) for name, (steps, _) in CASES.items()]
    done = [outcome for first in range(0, len(cases), 30) for outcome in run(cases[first : first + 30])]
    assert all("error" not in outcome[0] and "error" not in outcome[1] for outcome in done)
    return {name: outcome[-1] for name, outcome in zip(CASES, done, strict=True)}


def documents(outcome):
    assert "error" not in outcome, outcome
    found = outcome["data"]
    return found if isinstance(found, list) else [found]


def told(outcome, package):
    """The code that the package shows, and the text."""
    error = outcome["error"]
    return (error["code"], error["message"]) if package == "node" else (error["errCode"], error["errMsg"])


def test_there_are_enough_cases():
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", QUERIES)
def test_a_query_finds_the_same_documents(outcomes, case):
    assert [found["_id"] for found in documents(outcomes[case])] == list(QUERIES[case][1])


@pytest.mark.parametrize("case", DOCUMENTS)
def test_documents_are_what_they_are_made(outcomes, case):
    assert documents(outcomes[case]) == DOCUMENTS[case][1]


@pytest.mark.parametrize("case", NUMBERS)
def test_a_change_is_counted(outcomes, case):
    assert {name: outcomes[case].get(name) for name in NUMBERS[case][1]} == NUMBERS[case][1]


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_that_of_the_platform(outcomes, package, case):
    code, number, text = REFUSALS[case][1]
    shown, message = told(outcomes[case], package)
    assert shown == (code if package == "node" else number)
    assert text in message


def test_a_conflict_is_tried_again_by_node_sdk_and_not_by_wx_server_sdk(run, package):
    """wx-server-sdk makes a number of the code by which node-sdk, which is inside it, knows a conflict [run]."""
    ((*_, ran, found),) = run([prepared([RETRIED, doc("a", ["get"])], f"{package}-retried")])
    if package == "node":
        assert (ran, documents(found)[0]["n"]) == ({"attempts": 2, "result": "done"}, 501)
    else:
        assert (ran["attempts"], ran["error"]["errCode"], documents(found)[0]["n"]) == (1, -501001, 500)


def test_requests_at_once_in_one_transaction_are_answered_or_refused_as_busy(run, package):
    at_once = {"together": [doc("a", ["get"], on="t")] * 10}
    ((*_, answers, committed),) = run([prepared([start("t"), at_once, end("t", "commit")], f"{package}-busy")])
    assert "error" not in committed
    for answer in answers:
        if "error" in answer:
            assert "[ResourceUnavailable.TransactionBusy] Transaction is busy." in told(answer, package)[1]
        else:
            assert documents(answer) == [SHOP[0]]


def test_of_ten_that_consume_one_document_at_once_one_alone_does(run, package):
    consume = do(["where", {"_id": "a", "used": command(["neq", True])}], ["update", {"used": True}])
    ((*_, answers),) = run([prepared([{"together": [consume] * 10}], f"{package}-consumed")])
    assert sorted(answer["updated"] for answer in answers) == [0] * 9 + [1]


def test_of_ten_that_add_one_document_at_once_one_alone_does(run, package):
    ((*_, answers),) = run([prepared([{"together": [do(["add", {"_id": "one"}])] * 10}], f"{package}-added")])
    refusals = [told(answer, package)[1] for answer in answers if "error" in answer]
    assert len(refusals) == 9
    assert all("E11000" in text for text in refusals)


def test_the_time_of_the_server_is_the_emulators(run, package, emulator):
    at = emulator.remote.ask("POST", "/emulator/v1/clock/freeze", {})["now"]
    try:
        made = doc("t", ["set", {"at": {"$": "serverDate"}, "later": {"$": "serverDate", "offset": 60_000}}])
        ((*_, found),) = run([prepared([made, doc("t", ["get"])], f"{package}-date")])
    finally:
        emulator.remote.ask("POST", "/emulator/v1/clock/release", {})
    (kept,) = documents(found)
    assert abs(kept["at"]["$date"] - at * 1000) < 1000
    assert kept["later"]["$date"] - kept["at"]["$date"] == 60_000


def test_an_aggregation_is_refused_by_a_text_that_says_so(run, package):
    asked = [do(["aggregate"], ["match", {"n": 1}], ["end"])]
    ((*_, refused),) = run([prepared(asked, f"{package}-aggregate")])
    assert "aggregations are not emulated" in told(refused, package)[1]


def test_a_collection_is_made_once(run, package):
    ((first, second),) = run([[{"do": [["createCollection", f"{package}-once"]]}] * 2])
    assert "error" not in first
    assert "[ResourceUnavailable.ResourceExist] Table exist." in told(second, package)[1]


def test_what_a_document_lacks_wx_server_sdk_takes_for_a_failure(run, package):
    ((*_, found),) = run([prepared([doc("none", ["get"])], f"{package}-none")])
    if package == "node":
        assert found["data"] == []
    else:
        assert told(found, package) == (-1, "document.get:fail document with _id none does not exist")
