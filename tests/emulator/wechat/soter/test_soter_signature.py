import hashlib
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wxemu.wechat.soter import (
    PROFILES,
    PemError,
    Reason,
    SaltLengthError,
    UnsignableTextError,
    Verdict,
    actual_salt_length,
    fingerprint,
    load_private_key,
    load_public_key,
    public_key_pem,
    result_json,
    sign,
    verify,
)

# Characters of every plane, lone surrogates included.
ANY_TEXT = st.text(st.characters())


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(key) -> str:
    return public_key_pem(key)


def confirmation(profile: str = "android") -> str:
    return result_json(
        PROFILES[profile],
        raw="支付/42",
        fid="2",
        counter=7,
        cpu_id="0f000000262300000b5f094d1cf4c411",
        uid="10206",
        mode=PROFILES[profile].modes[0],
    )


def verdict(pem: str, text: str, signature: str) -> Verdict:
    return verify(public_key_pem=pem, json_string=text, json_signature=signature)


class TestGenuine:
    @given(text=st.text(), salt_length=st.integers(20, 222))
    def test_any_text_signed_with_the_salt_it_states_is_genuine(self, key, pem, text, salt_length):
        stating = f'{{"rsa_pss_saltlen":{salt_length}}}'
        assert verdict(pem, text, sign(key, text)).is_genuine
        assert verdict(pem, stating, sign(key, stating, salt_length)) == Verdict(Reason.GENUINE, salt_length)

    def test_two_signatures_of_one_text_differ_and_are_both_genuine(self, key, pem):
        first, second = sign(key, "{}"), sign(key, "{}")
        assert first != second
        assert verdict(pem, "{}", first).is_genuine
        assert verdict(pem, "{}", second).is_genuine

    def test_a_signature_is_one_line_of_standard_base64(self, key):
        signature = sign(key, "{}")
        assert b64encode(b64decode(signature, validate=True)).decode() == signature
        assert len(signature) == 344


class TestNotGenuine:
    @given(signed=st.text(), shown=ANY_TEXT)
    def test_any_other_text_is_not_genuine(self, key, pem, signed, shown):
        assume(signed != shown)
        assert not verdict(pem, shown, sign(key, signed)).is_genuine

    @given(text=ANY_TEXT, signature=ANY_TEXT | st.binary(max_size=300).map(lambda raw: b64encode(raw).decode()))
    def test_no_text_and_no_signature_makes_it_raise(self, pem, text, signature):
        assert not verdict(pem, text, signature).is_genuine

    def test_one_flipped_bit_anywhere_in_the_base64_is_noticed(self, key, pem):
        """Even among the last character's bits that stand for nothing."""
        text = confirmation()
        encoded = sign(key, text).encode()
        for position in range(8 * len(encoded)):
            flipped = _with_flipped_bit(encoded, position).decode("latin-1")
            assert not verdict(pem, text, flipped).is_genuine, f"bit {position}"

    @pytest.mark.parametrize(
        ("signed_with", "profile"), [(32, "android"), (0, "android"), (222, "ios"), (20, "huawei")]
    )
    def test_a_salt_other_than_the_text_tells_is_not_genuine(self, key, pem, signed_with, profile):
        text = confirmation(profile)
        assert verdict(pem, text, sign(key, text, signed_with)).reason is Reason.MISMATCH

    def test_a_stated_salt_below_20_is_not_taken_at_its_word(self, key, pem):
        text = '{"rsa_pss_saltlen":8}'
        assert verdict(pem, text, sign(key, text, 8)) == Verdict(Reason.MISMATCH, 20)

    @pytest.mark.parametrize("stated", ["223", "2147483648", "1" + "0" * 30, "9" * 5_000])
    def test_a_stated_salt_that_the_key_has_no_room_for_is_not_genuine(self, key, pem, stated):
        text = f'{{"rsa_pss_saltlen":{stated}}}'
        assert verdict(pem, text, sign(key, text)).reason is Reason.SALT_TOO_LONG

    def test_a_lone_surrogate_is_not_genuine(self, key, pem):
        assert verdict(pem, '{"raw":"\ud83d"}', sign(key, '{"raw":"?"}')).reason is Reason.TEXT_NOT_UTF8

    def test_an_empty_signature_is_not_genuine(self, pem):
        assert verdict(pem, "{}", "").reason is Reason.SIGNATURE_LENGTH

    def test_a_signature_without_its_leading_zero_is_not_genuine(self, key, pem):
        """The number is the same, but a signature has exactly as many bytes as the key."""
        raw = b64decode(sign(key, "{}"))
        while raw[0] != 0:
            raw = b64decode(sign(key, "{}"))
        assert verdict(pem, "{}", b64encode(raw).decode()).is_genuine
        assert verdict(pem, "{}", b64encode(raw[1:]).decode()).reason is Reason.SIGNATURE_LENGTH
        assert verdict(pem, "{}", b64encode(b"\0" + raw).decode()).reason is Reason.SIGNATURE_LENGTH


class TestSigning:
    @pytest.mark.parametrize("salt_length", [-1, 223])
    def test_a_salt_the_key_has_no_room_for_is_refused(self, key, salt_length):
        with pytest.raises(SaltLengthError, match="0 to 222") as refused:
            sign(key, "{}", salt_length)
        assert (refused.value.salt_length, refused.value.longest) == (salt_length, 222)

    def test_a_text_with_a_lone_surrogate_is_refused(self, key):
        with pytest.raises(UnsignableTextError) as refused:
            sign(key, "ab\udc00")
        assert refused.value.position == 2


class TestAgainstOpenssl:
    @pytest.mark.parametrize("salt_length", [0, 20, 32, 222])
    @pytest.mark.parametrize("text", [confirmation("android"), confirmation("ios"), "请用指纹解锁", ""])
    def test_it_verifies_what_we_sign(self, openssl, text, salt_length):
        signature = sign(load_private_key(openssl.private_key), text, salt_length)
        assert openssl.says_of(text, signature, salt_length) == "Verified OK\n"

    def test_a_public_key_on_one_line_of_base64_is_read(self, openssl):
        """Some Huawei phones write the PEM so [field]."""
        head, *body, foot = openssl.public_key.splitlines()
        assert verdict("\n".join([head, "".join(body), foot]), "{}", openssl.sign("{}", 20)).is_genuine

    def test_a_key_has_the_fingerprint_of_its_der_form(self, openssl):
        assert fingerprint(openssl.public_key) == hashlib.sha256(openssl.public_der).hexdigest()


class TestPem:
    def test_the_public_half_is_written_in_64_columns_without_a_last_line_end(self, key, pem):
        head, *body, foot = pem.split("\n")
        assert (head, foot) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
        assert {len(line) for line in body[:-1]} == {64}
        assert load_public_key(pem).public_numbers() == key.public_key().public_numbers()

    def test_a_private_key_is_read_back(self, key):
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        assert load_private_key(pem).private_numbers() == key.private_numbers()

    def test_what_is_no_rsa_public_key_is_refused_without_being_shown(self, key):
        elliptic = ec.generate_private_key(ec.SECP256R1())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = elliptic.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        for pem in ["", "\ud800", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", private, public]:
            with pytest.raises(PemError) as refused:
                verdict(pem, "{}", "")
            assert str(refused.value) == "expected the PEM text of an RSA public key, found something else"
            assert refused.value.__cause__ is None

    def test_what_is_no_plain_rsa_private_key_is_refused_without_being_shown(self, key, pem):
        elliptic = ec.generate_private_key(ec.SECP256R1())
        encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word")).decode()
        other = elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        for text in ["", "\ud800", pem, encrypted, other]:
            with pytest.raises(PemError) as refused:
                load_private_key(text)
            assert str(refused.value) == "expected the PEM text of an unencrypted RSA private key, found something else"


def _with_flipped_bit(raw: bytes, position: int) -> bytes:
    flipped = bytearray(raw)
    flipped[position // 8] ^= 1 << position % 8
    return bytes(flipped)


class TestActualSaltLength:
    @settings(max_examples=10)
    @given(salt_length=st.integers(0, 222))
    def test_it_is_that_of_the_signature_whatever_the_text_states(self, key, pem, salt_length):
        text = confirmation("huawei")
        signature = sign(key, text, salt_length)
        assert actual_salt_length(public_key_pem=pem, text=text, signature=signature) == salt_length

    @pytest.mark.parametrize("change", [lambda signature: signature.lower(), lambda signature: signature[:-4]])
    def test_there_is_none_where_the_key_has_not_signed_the_text(self, key, pem, change):
        signature = change(sign(key, "a"))
        assert actual_salt_length(public_key_pem=pem, text="a", signature=signature) is None

    def test_there_is_none_of_what_is_no_base64(self, pem):
        assert actual_salt_length(public_key_pem=pem, text="\ud800", signature="é") is None
