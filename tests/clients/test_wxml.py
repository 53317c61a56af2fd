"""WXML as the phone page reads it: expressions, templates, paths. Here in Node; tests/browser has the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest

DATA: dict[str, Any] = {"a": {"b": [1, {"c": "x"}]}, "n": 3, "yes": True, "list": [], "word": "tea", "k": "b"}
VALUES = {
    "plain": "plain",
    "{{a.b[1].c}}": "x",
    "{{a[k][0]}}": 1,
    "{{n + 1}} of {{n * 2 - 1}}": "4 of 5",
    "{{2 + 3 * 4 - 6 / 2}}": 11,
    "{{(2 + 3) * 4 % 7}}": 6,
    "{{!yes}}": False,
    "{{!!n && word}}": "tea",
    "{{no.such.thing}}": None,
    "<{{no.such.thing}}>": "<>",
    "{{n > 2 && yes ? 'more' : 'less'}}": "more",
    "{{yes ? n === 3 ? 'three' : 'other' : 'none'}}": "three",
    "{{no || 'else'}}": "else",
    "{{no ?? n}}": 3,
    "{{0 ?? n}}": 0,
    "{{-n + 1.5}}": -1.5,
    "{{[n, 'b', yes]}}": [3, "b", True],
    "{{ {x: 1, y: {z: n}, word} }}": {"x": 1, "y": {"z": 3}, "word": "tea"},
    "{{ {...a, d: 1} }}": {"b": DATA["a"]["b"], "d": 1},
    "{{list.length === 0}}": True,
    "{{word == 'tea' ? '}}' : ''}}": "}}",
    r"{{'it\'s'}}": "it's",
    "{{true}}{{null}}": "true",
}
WRONG = {
    "{{a +}}": "expected a value, found its end",
    "{{a b}}": "expected an operator, found b",
    "{{#}}": "cannot be read at: #",
    "{{a": "{{ is not closed",
    "{{f(1)}}": "expected an operator, found (",
    "{{a.}}": "expected a name",
    "{{a ? b}}": "expected :",
}
LIST = '<view wx:for="{{list}}" wx:key="id" bindtap="go" data-item-id="{{item.id}}">{{index}}{{item.name}}</view>'
TEMPLATES = [
    ({"page.wxml": "<view/>"}, {}, [["view", {}]]),
    ({"page.wxml": "<view hidden>\n  a &lt; {{n}}\n</view>"}, {"n": 1}, [["view", {"hidden": True}, "a < 1"]]),
    ({"page.wxml": "<a wx:if='{{n}}'/><b wx:elif='{{m}}'/><c wx:else/>"}, {"m": 1}, [["b", {}]]),
    ({"page.wxml": "<a wx:if='{{n}}'/><b wx:elif='{{m}}'/><c wx:else/>"}, {}, [["c", {}]]),
    (
        {"page.wxml": LIST},
        {"list": [{"id": 7, "name": "x"}]},
        [["view", {"on tap": "go", "itemId": 7}, "0x"]],
    ),
    ({"page.wxml": "<a wx:for='{{2}}'>{{item}}</a>"}, {}, [["a", {}, "0"], ["a", {}, "1"]]),
    ({"page.wxml": "<a wx:for='{{o}}'>{{index}}={{item}}</a>"}, {"o": {"k": 1}}, [["a", {}, "k=1"]]),
    ({"page.wxml": "<a wx:for='{{no}}'/>"}, {}, []),
    (
        {"page.wxml": "<block wx:for='{{l}}' wx:for-item='x'><a wx:if='{{x}}'>{{x}}</a></block>"},
        {"l": [0, 1]},
        [["a", {}, "1"]],
    ),
    (
        {
            "page.wxml": "<import src='t/a'/><template is='{{k}}' data='{{...o, y: 2}}'/>",
            "t/a.wxml": "<template name='t'>{{x}}{{y}}{{k}}</template>",
        },
        {"k": "t", "o": {"x": 1}},
        ["12"],
    ),
    ({"page.wxml": "<include src='/f.wxml'/>", "f.wxml": "<a>{{n}}</a>"}, {"n": 1}, [["a", {}, "1"]]),
    (
        {"page.wxml": "<!-- <a> --><b catch:tap-it='x' some-thing='1'/>"},
        {},
        [["b", {"someThing": "1", "on tap-it": "x"}]],
    ),
]
MISTAKEN = [
    ("<view>\n<text></view>", "expected </text> of line 2, found </view>", 2),
    ("\n<view", "<view is not closed", 2),
    ("</view>", "</view> closes nothing", 1),
    ("<view a=1 />", "has no quotes", 1),
    ("<view a='1' a='2' />", "has a twice", 1),
    ("\n\n<view>{{a +}}</view>", "expected a value", 3),
    ("\n<view b='{{a +}}'/>", "expected a value", 2),
    ("\n<!-- ", "<!-- is not closed", 2),
    ("<template is='none'/>", "no template is called none", 1),
    ("\n<import src='none'/>", "there is no file none.wxml", 2),
    ("<include src='../none'/>", "leads out of the mini program", None),
    ("<wxs module='m'>a < b</wxs>", "<wxs> is not among", 1),
    ("<input model:value='{{a + b}}'/>", "takes {{path}}", 1),
]


@pytest.fixture
def ask(node):
    return lambda asked, cases: node("wxml.cjs", asked, json.dumps(list(cases)), env={})


def test_expressions_have_wechat_s_values(ask):
    assert dict(zip(VALUES, ask("value", ([text, DATA] for text in VALUES)), strict=True)) == VALUES


def test_what_is_no_expression_is_told_in_words(ask):
    told = [answer["error"] for answer in ask("value", ([text, DATA] for text in WRONG))]
    assert [words for words, text in zip(WRONG.values(), told, strict=True) if words not in text] == []


def test_templates_show_their_data(ask):
    shown = ask("template", ([files, data] for files, data, _ in TEMPLATES))
    assert shown == [expected for _, _, expected in TEMPLATES]


def test_a_mistake_is_told_with_its_line(ask):
    told = ask("template", ([{"page.wxml": text}, {}] for text, _, _ in MISTAKEN))
    assert [answer.get("line") for answer in told] == [line for _, _, line in MISTAKEN]
    assert [words for (_, words, _), answer in zip(MISTAKEN, told, strict=True) if words not in answer["error"]] == []


def test_a_path_never_leaves_the_mini_program(ask):
    cases = {"../b/b.js": "pages/b/b.js", "./c.js": "pages/a/c.js", "/app.js": "app.js", "../../d.js": "d.js"}
    assert ask("path", (["pages/a/a.js", path] for path in cases)) == list(cases.values())
    outside = ["../../../x.js", "/../x.js", "../../pages/../../x.js"]
    answers = ask("path", (["pages/a/a.js", path] for path in outside))
    assert ["leads out of the mini program" in answer["error"] for answer in answers] == [True] * len(outside)


def test_a_page_s_query_is_handed_on_as_it_stands(ask):
    told = ask("url", [["pages/a/a", "../b/b?x=1&y=a%20b=c&z"]])
    assert told == [{"path": "pages/b/b", "query": {"x": "1", "y": "a%20b=c", "z": ""}}]
