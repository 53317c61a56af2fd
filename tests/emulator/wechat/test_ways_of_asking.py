"""Most requests are read without Flask, those of a web page with it: nobody can tell one way from the other."""

import json

import pytest

OF_A_PAGE = {"Origin": "http://localhost"}
"""A page of this machine may call."""
CHECK, VERIFY, TOKEN = "/wxa/checksession", "/cgi-bin/soter/verify_signature", "/cgi-bin/token"
QUESTIONS = {
    "a token that is none": ("GET", f"{CHECK}?access_token=undefined&openid=o", None),
    "no token": ("POST", VERIFY, b"{}"),
    "a parameter that comes twice": ("GET", f"{TOKEN}?appid=wx1&appid=wx2&grant_type=client_credential&secret=s", None),
    "a parameter without a value": ("GET", f"{TOKEN}?grant_type=client_credential&appid=&secret", None),
    "bytes that are no UTF-8": ("GET", f"{TOKEN}?grant_type=client_credential&appid=%ff%e4%b8%80+%2B&secret=s", None),
    "another method": ("DELETE", f"{TOKEN}?appid=wx1", None),
    "a method that has no meaning": ("OPTIONS", f"{CHECK}?access_token=a", None),
    "no JSON": ("POST", "/cgi-bin/stable_token", b"\xff{"),
    "no body": ("POST", "/cgi-bin/stable_token", b""),
    "a lone surrogate": ("POST", "/cgi-bin/stable_token", rb'{"grant_type": "client_credential", "appid": "\ud800"}'),
}
ALWAYS_NEW = {"rid", "at", "cost_in_ms", "number", "user_agent"}


@pytest.fixture
def ask(http, control):
    def send(method, path, body, headers):
        answer = http.open(path, method=method, data=body, headers=headers)
        members = json.loads(answer.data)
        kept = {name: value for name, value in control.exchanges[0].items() if name not in ALWAYS_NEW}
        rid = control.exchanges[0]["rid"]
        text = json.dumps([members, kept]).replace(rid, "RID")
        return answer.status, [name for name, _ in answer.headers], answer.content_type, text

    return send


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_both_ways_give_the_same_answer_and_keep_the_same_exchange(ask, question):
    assert ask(*question, {}) == ask(*question, OF_A_PAGE)


def test_parameters_are_shown_alike_however_a_query_spells_them(http, control):
    shown = []
    for appid in ("wx-1", "wx%2D1"):
        http.get(f"{TOKEN}?grant_type=client_credential&appid={appid}&secret=s&appid=wx2&more")
        shown.append(control.exchanges[0]["given"])
    assert shown == [{"grant_type": "client_credential", "appid": "wx-1", "secret": "***", "more": ""}] * 2
