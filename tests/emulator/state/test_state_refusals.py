"""What is no state is refused in a sentence, and leaves all as it is."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core.store import SCHEMA_VERSION
from wxemu.state.errors import StateError
from wxemu.state.state import check, parse, text

APPID = "wx1234567890abcdef"
ENDLESS = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT n FROM n"


def exchange(**changes):
    """A row of the journal."""
    told = dict.fromkeys(("rid", "name", "method", "url", "request_body", "response_body", "client_ip"), "")
    untold = dict.fromkeys(("appid", "api", "errcode", "request_id", "given", "layers", "token_digest", "remark"))
    outcome = {"outcome": "ok", "is_failure": 0}
    row = {"number": 1, "at": 0.0, "face": "wechat", "cost_in_ms": 0.0, "user_agent": "", "status": 200}
    return {**told, **untold, **outcome, **row, **changes}


def test_an_exchange_as_the_journal_keeps_them_is_taken(state):
    document = state.document()
    document["world"]["exchanges"] = [exchange()]
    state.replace(document)
    assert state.document()["world"]["exchanges"] == [exchange()]


class TestWhatIsNoState:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (
                lambda d: d.pop("wxcloud-state"),
                "this is not a state of an emulator: expected a document with the member",
            ),
            (
                lambda d: d.update({"wxcloud-state": 1}),
                f"is of version 1, this emulator reads version {SCHEMA_VERSION}",
            ),
            (lambda d: d.update({"wxcloud-state": "2"}), "is of version '2'"),
            (lambda d: d.pop("world"), "damaged: expected the members wxcloud-state, world"),
            (lambda d: d.update(functions=[]), "damaged: expected the members wxcloud-state, world"),
            (lambda d: d.update(world=[]), "damaged: expected its tables by name, found an array"),
            (lambda d: d["world"].pop("tokens"), "damaged: it has no tokens; export it anew"),
            (lambda d: d["world"].update(tables=[]), "damaged: tables is not part of one; export it anew"),
            (lambda d: d["world"].update(apps={}), "damaged: apps: expected a list of rows, found an object"),
            (
                lambda d: d["world"]["apps"].append(1),
                r"damaged: apps\[2\]: expected a row of app_key, appid, env, restrictions",
            ),
            (lambda d: d["world"]["apps"][0].pop("env"), r"damaged: apps\[0\]: expected a row of app_key, appid, env"),
            (
                lambda d: d["world"]["apps"][0].update(env=None),
                r"damaged: apps\[0\].env: expected TEXT, found null",
            ),
            (lambda d: d["world"]["apps"][0].update(env=1), r"damaged: apps\[0\].env: expected TEXT, found a number"),
            (lambda d: d["world"]["apps"][0].update(env="\ud800"), "damaged: its rows contradict each other"),
            (
                lambda d: d["world"]["users"][0].update(is_high_risk=2**64),
                r"damaged: users\[0\]: expected numbers below",
            ),
            (lambda d: d["world"]["users"][0].update(is_high_risk=-(2**63)), r"damaged: users\[0\]: expected numbers"),
            (lambda d: d["world"]["sessions"][0].update(issued_at=1e308), r"damaged: sessions\[0\]: expected numbers"),
            (lambda d: d["world"]["users"][0].update(is_high_risk=True), "expected INTEGER, found true or false"),
            (lambda d: d["world"]["sessions"][0].update(issued_at="noon"), "expected REAL, found a string"),
            (lambda d: d["world"]["web_key"].append({"number": 1, "key": {"base64": "?"}}), "key: expected base64"),
            (
                lambda d: d["world"]["web_key"].append({"number": 1, "key": {"hex": ""}}),
                "key: expected BLOB, found an object",
            ),
            (lambda d: d["world"]["apps"].append(d["world"]["apps"][0]), "its rows contradict each other .UNIQUE"),
            (lambda d: d["world"]["apps"][0].update(restrictions="{"), "a rule cannot read its part of it"),
            (lambda d: d["world"]["meta"].append({"name": "x", "value": "{"}), "a rule cannot read its part of it"),
            (
                lambda d: d["world"].update(meta=[{"name": "clock", "value": "[]"}]),
                "a rule cannot read its part of it",
            ),
            (lambda d: d["world"].update(exchanges=[exchange(face="nobody's")]), "a rule cannot read its part of it"),
            (lambda d: d["world"].update(exchanges=[exchange(at=-1.0)]), "a rule cannot read its part of it"),
            (lambda d: d["world"].update(exchanges=[exchange(at=2.0**32)]), "a rule cannot read its part of it"),
            (
                lambda d: d["world"]["packages"].append({"env": "e", "package": "p", "content": {"base64": ""}}),
                "the code of a function does not match its hash",
            ),
        ],
    )
    def test_is_refused_and_leaves_all_as_it_is(self, state, put_document, change, told):
        put_document("env-demo", "key")
        before = text(state.document())
        document = copy.deepcopy(state.document())
        change(document)
        with pytest.raises(StateError, match=told) as refused:
            state.replace(document)
        with pytest.raises(StateError):
            check(document)
        assert text(state.document()) == before
        assert "\n" not in str(refused.value)
        assert "0123456789abcdef" not in str(refused.value)

    @pytest.mark.parametrize("written", ["", "{", "[]", '{"a": NaN}', '{"a": 1e999}', "[" * 100_000, "1"])
    def test_is_told_from_its_text(self, written):
        with pytest.raises(StateError, match="this is not a state of an emulator: expected a JSON object"):
            parse(written)

    @given(data=st.data())
    def test_wherever_it_is_damaged_it_is_taken_wholly_or_refused(self, state, data):
        before = text(state.document())
        written = json.loads(before)
        place = written["world"]
        while isinstance(place, dict | list) and place:
            inside, step = (
                place,
                data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place)))),
            )
            place = place[step]
        inside[step] = data.draw(st.sampled_from([None, True, -1, 1e300, "", "[]", "null", [], {}, {"base64": "AA=="}]))
        try:
            state.replace(written)
        except StateError:
            assert text(state.document()) == before
        else:
            state.replace(json.loads(before))
