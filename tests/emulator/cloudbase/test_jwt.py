"""Tokens that carry claims: only the key that signed them opens them, and only as they were."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wxemu.cloudbase import jwt

KEY = b"k" * 32
claims = st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans(), max_size=4)
keys = st.binary(min_size=1, max_size=64)


@given(claims=claims, key=keys)
def test_what_is_signed_is_verified(claims, key):
    assert jwt.verify(jwt.sign(claims, key=key), key=key) == claims


@given(claims=claims, key=keys, other=keys)
def test_no_other_key_opens_it(claims, key, other):
    assume(key.ljust(64, b"\0") != other.ljust(64, b"\0"))  # HMAC pads its keys
    with pytest.raises(jwt.InvalidJwtError):
        jwt.verify(jwt.sign(claims, key=key), key=other)


@given(claims=claims, place=st.integers(min_value=0), character=st.characters())
def test_it_cannot_be_changed_anywhere(claims, place, character):
    token = jwt.sign(claims, key=KEY)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    assume(changed != token)
    with pytest.raises(jwt.InvalidJwtError):
        jwt.verify(changed, key=KEY)


@given(st.text())
def test_any_other_text_is_none(text):
    with pytest.raises(jwt.InvalidJwtError, match="the signature is not one of this key"):
        jwt.verify(text, key=KEY)


def test_a_token_cannot_choose_not_to_be_signed():
    def encode(members):
        return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()

    with pytest.raises(jwt.InvalidJwtError):
        jwt.verify(f"{encode({'alg': 'none'})}.{encode({'sub': 'somebody'})}.", key=KEY)


def test_it_has_the_form_of_rfc_7515():
    signed = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhIn0"
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    assert jwt.sign({"sub": "a"}, key=KEY) == f"{signed}.{signature}"
