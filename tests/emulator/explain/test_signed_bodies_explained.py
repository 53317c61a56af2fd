"""Why a signed POST is refused: what was signed instead of the body, made by a client and explained by its name."""

import base64
import hashlib
import hmac
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

KEY, BOBS = "o0q0otL8aEzpcZL/FT9WsQ==", "9hAb/NEYUlkaMBEsmFgzig=="
SET, REMOVE, KEYS = "/wxa/set_user_storage", "/wxa/remove_user_storage", "/wxa/business/getuserencryptkey"
BODY = '{"kv_list":[{"key":"score","value":"100"}]}'
CHINESE = '{"kv_list":[{"key":"n","value":"中/😀"}]}'
FORM = {"kv_list": '[{"key":"score","value":"100"}]'}
WITH_OPENID = '{"kv_list":[{"key":"score","value":"100"}],"openid":"oAlice","sig_method":"hmac_sha256"}'


def sign(text, key=KEY):
    return hmac.new(key.encode() if isinstance(key, str) else key, text.encode(), hashlib.sha256).hexdigest()


def dumped(text, **ways):
    return json.dumps(json.loads(text), **ways)


# What was sent, what was signed, and the names of what is wrong.
BODIES = {
    "escaped and sent unescaped": (
        CHINESE,
        dumped(CHINESE, separators=(",", ":")),
        {"body_unicode_escaped"},
    ),
    "unescaped and sent escaped": (
        dumped(CHINESE, separators=(",", ":")),
        CHINESE,
        {"body_unicode_escaped"},
    ),
    "escaped with large digits": (
        CHINESE,
        CHINESE.replace("中", r"\u4E2D").replace("😀", r"\uD83D\uDE00"),
        {"body_unicode_escaped"},
    ),
    "escaped, and with blanks": (CHINESE, dumped(CHINESE), {"body_unicode_escaped", "body_encoded_again"}),
    "compact and sent with blanks": (dumped(BODY), BODY, {"body_encoded_again"}),
    "with blanks and sent compact": (BODY, dumped(BODY), {"body_encoded_again"}),
    "sorted": (
        '{"kv_list":[{"value":"1","key":"a"}]}',
        '{"kv_list":[{"key":"a","value":"1"}]}',
        {"body_encoded_again"},
    ),
    "indented": (BODY, dumped(BODY, indent=2), {"body_encoded_again"}),
    "with PHP's slashes": (CHINESE, CHINESE.replace("/", r"\/"), {"body_encoded_again"}),
    "with a line's end": (BODY, f"{BODY}\n", {"body_encoded_again"}),
    "as text in JSON": (BODY, json.dumps(BODY), {"body_encoded_again"}),
    "and sent as text in JSON": (json.dumps(BODY), BODY, {"body_encoded_again"}),
    "sent with the openid": (WITH_OPENID, BODY, {"body_other_members"}),
    "the list as text": (BODY, json.dumps(FORM, separators=(",", ":")), {"body_other_members"}),
    "and sent with the list as text": (json.dumps(FORM, separators=(",", ":")), BODY, {"body_other_members"}),
    "the list alone": (BODY, BODY[len('{"kv_list":') : -1], {"body_other_members"}),
    "sent without quotes": (BODY.replace('"', ""), BODY, {"body_quotes_lost"}),
    "sent without quotes, a number in it": (
        "{kv_list:[{key:1,value:0}]}",
        '{"kv_list":[{"key":1,"value":0}]}',
        {"body_quotes_lost"},
    ),
    "sent as a form with the list as JSON": (urlencode(FORM), BODY, {"body_sent_as_form"}),
    "sent as PHP writes a form": (
        urlencode({"kv_list[0][key]": "score", "kv_list[0][value]": "100"}),
        BODY,
        {"body_sent_as_form"},
    ),
    "sent as the name in a form": (quote(BODY) + "=", BODY, {"body_sent_as_form"}),
    "not at all": (BODY, "", {"body_not_signed"}),
}
MIDAS = '[{"key":"score","value":"100"}]'
SIGNATURES = {
    "SHA-1": (hashlib.sha1(f"{BODY}{KEY}".encode()).hexdigest(), {"sha1_of_raw_data"}),
    "swapped arguments": (sign(KEY, BODY), {"hmac_arguments_swapped"}),
    "upper case": (sign(BODY).upper(), {"digest_in_upper_case"}),
    "a decoded key": (sign(BODY, base64.b64decode(KEY)), {"session_key_decoded"}),
    "the text session_key": (sign(BODY, "session_key"), {"session_key_literal"}),
    "midas's rule": (sign(f"kv_list={MIDAS}&org_loc={SET}&method=POST&session_key={KEY}"), {"midas_recipe"}),
    "midas's rule with the openid": (
        sign(f"appid=wx1234567890abcdef&kv_list={MIDAS}&openid=oAlice&org_loc={SET}&method=POST&session_key={KEY}"),
        {"midas_recipe"},
    ),
    "base64": (base64.b64encode(bytes.fromhex(sign(BODY))).decode(), {"digest_in_base64"}),
    "another user's key": (sign(BODY, BOBS), {"session_key_of_another_user"}),
    "a key of nobody": (sign(BODY, "nobody's"), {"session_key_unknown"}),
    "two mistakes": (sign(dumped(BODY)).upper(), {"body_encoded_again", "digest_in_upper_case"}),
    "two others": (sign("", base64.b64decode(KEY)), {"body_not_signed", "session_key_decoded"}),
}


@pytest.mark.parametrize(("sent", "signed", "names"), BODIES.values(), ids=BODIES)
def test_what_was_signed_is_found_out(wechat, explain, sent, signed, names):
    refused = wechat.post_signed(SET, sent.encode(), "oAlice", KEY, signature=sign(signed))
    assert refused.errcode == 87009
    explained = explain(refused.rid)
    assert set(explained["causes"]) == names
    assert all(finding["result"] for finding in explained["findings"] if finding["is_cause"])


@pytest.mark.parametrize(("signature", "names"), SIGNATURES.values(), ids=SIGNATURES)
def test_how_it_was_signed_is_found_out(wechat, explain, signature, names):
    refused = wechat.post_signed(SET, BODY.encode(), "oAlice", KEY, signature=signature)
    assert refused.errcode == 87009
    assert set(explain(refused.rid)["causes"]) == names


def test_a_replaced_key_is_found_out(wechat, explain):
    wechat.log_in("oAlice")
    refused = wechat.post_signed(REMOVE, b'{"key":["a"]}', "oAlice", KEY)
    assert explain(refused.rid)["causes"] == ["session_key_replaced"]


@settings(max_examples=30)
@given(
    value=st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), max_size=3),
    ways=st.fixed_dictionaries(
        {"ensure_ascii": st.booleans(), "sort_keys": st.booleans(), "indent": st.sampled_from([None, 2, 4])}
    ),
)
def test_json_that_was_written_again_is_never_blamed_on_the_key(wechat, explain, value, ways):
    sent = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    signed = json.dumps(json.loads(sent), **ways)
    assume(signed.encode() != sent)
    refused = wechat.post_signed(SET, sent, "oAlice", KEY, signature=sign(signed))
    causes = set(explain(refused.rid)["causes"])
    assert causes
    assert causes <= {"body_encoded_again", "body_unicode_escaped"}


ODD = {
    "none": b"",
    "brackets": b"[" * 50_000,
    "no text": b"\xff\xfe",
    "a form that contradicts itself": b"a=b&a[=c&a[x]=d",
    "a number that is too large": b'{"a":1e999}',
    "no pairs": b"&" * 100,
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_any_body_has_an_explanation(wechat, explain, body):
    refused = wechat.post_signed(SET, body, "oAlice", KEY, signature="0" * 64)
    assert explain(refused.rid)["causes"] == ["session_key_unknown"]


def test_of_a_body_that_is_not_kept_whole_nothing_is_claimed(wechat, explain):
    refused = wechat.post_signed(SET, b"x" * 70_000, "oAlice", KEY, signature=sign("x"))
    explained = explain(refused.rid)
    assert explained["causes"] == []
    assert any("only the beginning is kept" in fact for fact in explained["evidence"])


def test_a_body_where_nothing_is_to_be_signed_is_named(wechat, explain):
    refused = wechat.post_signed(KEYS, b"{}", "oAlice", KEY)
    assert explain(refused.rid)["causes"] == ["body_signed"]


def test_a_good_signature_of_a_body_is_not_blamed(wechat, explain):
    assert wechat.post_signed(SET, CHINESE.encode(), "oAlice", KEY).is_success
    assert explain()["causes"] == []


@pytest.mark.parametrize(("query", "is_told"), [({}, False), ({"kv_list": "[]"}, True)])
def test_an_empty_body_is_told_by_where_its_parameters_are(wechat, explain, query, is_told):
    refused = wechat.post_signed(SET, b"", "oAlice", KEY, **query)
    explained = explain(refused.rid)
    assert explained["causes"] == ["body_empty"]
    assert ("in the URL" in explained["findings"][0]["result"]) == is_told


def test_an_openid_of_nobody_is_told_for_interactive_data_too(wechat, explain):
    refused = wechat.post_signed("/wxa/setuserinteractivedata", b"{}", "oDave", KEY)
    assert (refused.errcode, explain(refused.rid)["causes"]) == (87081, ["openid_of_another_app"])
