"""The document database on the console."""

from __future__ import annotations

import html
import re

import pytest

from wxemu.cloudbase.database import collections, ejson, operations, transactions

APPID, OTHER_APPID = "wx1234567890abcdef", "wxfedcba0987654321"
HOSTILE = "<script>alert(1)</script>\"'"


@pytest.fixture
def documents(world):
    """A collection's documents of env-demo, as the rules have them; ``add`` makes the collection too."""

    class Documents:
        def add(self, *documents, collection="orders"):
            if collection not in [each.name for each in collections.all_collections(world, env="env-demo")]:
                with world.transaction():
                    collections.create(world, env="env-demo", name=collection)
            with transactions.documents(world, env="env-demo", collection=collection) as shared:
                for document in documents:
                    operations.insert(shared, document, randomness=world.randomness)

        def read(self, collection="orders"):
            with transactions.documents(world, env="env-demo", collection=collection) as shared:
                return shared.read()

    return Documents()


def ids(page):
    return [html.unescape(name) for name in re.findall(r'class="whole mono" id="[^"]+" href="[^"]+">([^<]+)</a>', page)]


def address(page):
    """The URL of the first document of a list."""
    return html.unescape(re.search(r'class="whole mono" id="[^"]+" href="([^"]+)"', page)[1])


def fields(page):
    """The form of a document's page: its URL, and its text."""
    action = html.unescape(re.search(r'action="([^"]+/save[^"]*)"', page)[1])
    return action, html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])


def test_the_collections_are_listed_and_the_first_is_shown(http, documents, read):
    documents.add({"_id": "b1"}, collection="b")
    documents.add({"_id": "a1", "n": 1}, {"_id": "a2"}, collection="a")
    assert ids(http.get("/documents").text) == ["a1", "a2"]
    assert ids(http.get("/documents?collection=b").text) == ["b1"]
    assert "a 2 PRIVATE b 1 PRIVATE" in read("/documents")
    assert '{"n": 1}' in read("/documents")


def test_another_app_has_documents_of_its_own(http, documents):
    documents.add({"_id": "a"})
    assert ids(http.get(f"/documents?app={OTHER_APPID}").text) == []


def test_documents_are_found_by_a_text_and_by_a_query(http, documents, read):
    documents.add({"_id": "a", "n": 1, "s": "订单"}, {"_id": "b", "n": 5}, {"_id": 7, "n": 9})
    assert ids(http.get("/documents?q=订").text) == ["a"]
    assert ids(http.get('/documents?q={"n":{"$gt":4}}').text) == ["b", "7"]
    assert ids(http.get('/documents?q={"_id":7}').text) == ["7"]
    assert "Nothing found" in read("/documents?q=nobody")


@pytest.mark.parametrize("query", ['{"n":', '{"n":{"$foo":1}}', '{"n":{"$in":1}}'])
def test_a_query_that_is_none_is_explained_on_the_page(http, documents, read, query):
    documents.add({"_id": "a"})
    assert "This is no query" in read(f"/documents?q={query}")


def test_documents_come_page_by_page(http, documents):
    documents.add(*({"_id": f"{number:03}"} for number in range(120)))
    seen, place = [], "/documents?collection=orders"
    while place:
        page = http.get(place).text
        seen += ids(page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        place = html.unescape(more[1]) if more else ""
    assert seen == [f"{number:03}" for number in range(120)]


@pytest.mark.parametrize("document_id", ["a", 7, "a/b?c=d&e", "订单", HOSTILE, True])
@pytest.mark.parametrize("collection", ["orders", "a/b ?%&"])
def test_a_document_is_saved_as_it_is_read_but_for_what_was_edited(http, send, documents, document_id, collection):
    whole = ejson.parse("document", '{"at":{"$date":{"$numberLong":"1700000000123"}},"long":{"$numberLong":"5"},'
                        '"large":{"$numberLong":"1790000000000"},"whole":{"$numberDouble":"2.0"},"n":{"$numberInt":"1"},'
                        '"bytes":{"$binary":{"base64":"AAEC","subType":"00"}},"s":"订单"}', now=0)  # fmt: skip
    documents.add({"_id": document_id, **whole}, collection=collection)
    page = http.get(address(http.get("/documents").text)).text
    assert HOSTILE not in page
    action, text = fields(page)
    status, _ = send(action, document=text.replace('"n": 1', '"n": 2'), appid=APPID)
    assert status == 303
    assert ejson.dump(documents.read(collection)[0]) == ejson.dump({"_id": document_id, **whole, "n": 2})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "expected EJSON"),
        ("[]", "expected an object"),
        ('{"_id": "other"}', "immutable"),
        ('{"$set": {"n": 1}}', "$set"),
        ("", "expected EJSON"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_changes_nothing(http, send, documents, text, reason):
    documents.add({"_id": "a", "n": 1})
    action, _ = fields(http.get(address(http.get("/documents").text)).text)
    status, refusal = send(action, document=text, appid=APPID)
    assert status == 400
    assert reason in refusal
    assert documents.read() == [{"_id": "a", "n": 1}]


def test_a_refused_text_stays_in_the_form(http, documents):
    documents.add({"_id": "a"})
    action, _ = fields(http.get(address(http.get("/documents").text)).text)
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert fields(http.post(action, data={"document": "{oops"}, headers=own).text)[1] == "{oops"


def test_a_document_is_deleted(http, send, documents):
    documents.add({"_id": "a"}, {"_id": "b"})
    action, _ = fields(http.get(address(http.get("/documents").text)).text)
    status, page = send(action.replace("/save", "/remove"), appid=APPID)
    assert (status, ids(page)) == (303, ["b"])
    assert documents.read() == [{"_id": "b"}]


@pytest.mark.parametrize("place", ["/documents/orders?key=none", "/documents/orders", "/documents/none?key=1"])
def test_what_is_not_there_is_not_found(http, send, documents, place):
    documents.add({"_id": "a"})
    path, _, query = place.partition("?")
    assert http.get(place).status_code == 404
    assert send(f"{path}/save?{query}", document="{}", appid=APPID)[0] == 404
    assert send(f"{path}/remove?{query}", appid=APPID)[0] == 404
    assert documents.read() == [{"_id": "a"}]


def test_a_write_of_the_console_is_one_that_a_transaction_meets(http, send, documents, world):
    documents.add({"_id": "a"})
    transaction_id = transactions.start(world, env="env-demo")
    place = {"env": "env-demo", "collection": "orders", "transaction_id": transaction_id}
    with transactions.documents(world, **place) as inside:
        inside.read()
    action, _ = fields(http.get(address(http.get("/documents").text)).text)
    send(action, document='{"n": 1}', appid=APPID)
    with transactions.documents(world, **place) as inside:
        assert inside.read() == [{"_id": "a"}]
