"""The console as a browser without scripts has it: pages to read, forms to send."""

import html
import re

import pytest


@pytest.fixture
def send(http):
    """Send a form as one of the console's own pages does, and read the page that comes of it."""

    def send_one(path, **fields):
        answer = http.post(path, data=fields, headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"})
        if answer.status_code != 303:
            return answer.status_code, refusal_on(answer.text)
        return 303, http.get(answer.headers["Location"]).text

    return send_one


def refusal_on(page):
    found = re.search(r'role="alert">.*?<span>(.*?)</span>', page, re.DOTALL)
    return html.unescape(found[1]) if found else None


@pytest.fixture
def read(http):
    """What a reader sees on a page, whitespace collapsed."""

    def read_one(path):
        answer = http.get(path)
        assert answer.status_code == 200, answer.text
        return text_of(answer.text)

    return read_one


def text_of(page):
    body = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))
