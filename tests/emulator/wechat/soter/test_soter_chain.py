from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from wxemu.wechat.soter import (
    AnotherAppError,
    AnotherDeviceError,
    ExportedKey,
    ForeignSignatureError,
    KeyJsonError,
    PemError,
    SaltLengthError,
    SignedKey,
    public_key_pem,
    sign,
    sign_key,
    verify,
    verify_chain,
)


@dataclass(frozen=True)
class Keys:
    attk: rsa.RSAPrivateKey
    ask: rsa.RSAPrivateKey
    auth_key: rsa.RSAPrivateKey

    @property
    def attk_pem(self) -> str:
        return public_key_pem(self.attk)


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(*(rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)))


@pytest.fixture
def ask(keys) -> ExportedKey:
    return ExportedKey(public_key_pem(keys.ask), "0f000000262300000b5f094d1cf4c411", 181, "10206")


@pytest.fixture
def auth_key(keys, ask) -> ExportedKey:
    return replace(ask, pub_key=public_key_pem(keys.auth_key), counter=183)


class TestChain:
    @pytest.mark.parametrize("salt_length", [None, 20, 32])
    def test_the_authkey_of_an_unbroken_chain_is_told_and_verifies_confirmations(
        self, keys, ask, auth_key, salt_length
    ):
        ask, auth_key = replace(ask, salt_length=salt_length), replace(auth_key, salt_length=salt_length)

        told = verify_chain(
            attk_public_key_pem=keys.attk_pem,
            ask=sign_key(ask, signer=keys.attk),
            auth_key=sign_key(auth_key, signer=keys.ask),
        )

        assert told == auth_key
        signature = sign(keys.auth_key, '{"raw":"msg"}')
        assert verify(public_key_pem=told.pub_key, json_string='{"raw":"msg"}', json_signature=signature).is_genuine

    def test_a_uid_is_the_same_app_as_number_and_as_text(self, keys, ask, auth_key):
        told = verify_chain(
            attk_public_key_pem=keys.attk_pem,
            ask=sign_key(replace(ask, uid=10206), signer=keys.attk),
            auth_key=sign_key(auth_key, signer=keys.ask),
        )

        assert told.uid == "10206"

    def test_an_ask_that_the_attk_did_not_sign_is_refused(self, keys, ask, auth_key):
        with pytest.raises(ForeignSignatureError, match="ASK JSON signed by the ATTK") as refused:
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=sign_key(ask, signer=keys.auth_key),
                auth_key=sign_key(auth_key, signer=keys.ask),
            )
        assert (refused.value.signer, refused.value.signed) == ("ATTK", "ASK")

    def test_an_authkey_that_the_ask_did_not_sign_is_refused(self, keys, ask, auth_key):
        with pytest.raises(ForeignSignatureError, match="AuthKey JSON signed by the ASK"):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=sign_key(ask, signer=keys.attk),
                auth_key=sign_key(auth_key, signer=keys.attk),
            )

    @pytest.mark.parametrize(
        "rewrite",
        [lambda text: text + "\n", lambda text: json.dumps(json.loads(text)), lambda text: text.replace("181", "182")],
        ids=["line end", "read and written again", "counter raised"],
    )
    def test_a_key_json_that_was_changed_is_refused(self, keys, ask, auth_key, rewrite):
        attested = sign_key(ask, signer=keys.attk)

        with pytest.raises(ForeignSignatureError, match="did not sign this text"):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=replace(attested, json_text=rewrite(attested.json_text)),
                auth_key=sign_key(auth_key, signer=keys.ask),
            )

    def test_keys_of_two_devices_are_refused(self, keys, ask, auth_key):
        with pytest.raises(AnotherDeviceError, match="cpu_id"):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=sign_key(ask, signer=keys.attk),
                auth_key=sign_key(replace(auth_key, cpu_id="another"), signer=keys.ask),
            )

    def test_keys_of_two_apps_are_refused(self, keys, ask, auth_key):
        with pytest.raises(AnotherAppError, match="uid"):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=sign_key(ask, signer=keys.attk),
                auth_key=sign_key(replace(auth_key, uid="10207"), signer=keys.ask),
            )

    def test_a_signed_text_that_is_no_key_json_is_refused(self, keys, ask, auth_key):
        with pytest.raises(KeyJsonError, match="pub_key"):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=SignedKey('{"certs":[]}', sign(keys.attk, '{"certs":[]}')),
                auth_key=sign_key(auth_key, signer=keys.ask),
            )

    def test_an_ask_whose_public_key_is_no_key_is_refused(self, keys, ask, auth_key):
        with pytest.raises(PemError):
            verify_chain(
                attk_public_key_pem=keys.attk_pem,
                ask=sign_key(replace(ask, pub_key="no key"), signer=keys.attk),
                auth_key=sign_key(auth_key, signer=keys.ask),
            )

    def test_a_key_that_states_an_impossible_salt_cannot_be_attested(self, keys, ask):
        with pytest.raises(SaltLengthError):
            sign_key(replace(ask, salt_length=223), signer=keys.attk)


class TestKeyJson:
    def test_it_is_written_as_devices_do(self):
        key = ExportedKey("-----BEGIN PUBLIC KEY-----\nMI/I\n-----END PUBLIC KEY-----", "0f00", 240, "10115", 32)

        assert key.to_json() == (
            r'{"pub_key":"-----BEGIN PUBLIC KEY-----\nMI\/I\n-----END PUBLIC KEY-----",'
            r'"cpu_id":"0f00","counter":240,"uid":"10115","rsa_pss_saltlen":32}'
        )

    def test_a_salt_length_that_the_device_does_not_state_is_left_out(self, ask):
        assert list(json.loads(ask.to_json())) == ["pub_key", "cpu_id", "counter", "uid"]

    @settings(deadline=None)
    @given(
        st.builds(
            ExportedKey,
            pub_key=st.text(),
            cpu_id=st.text(),
            counter=st.integers(0, 2**63 - 1),
            uid=st.text() | st.integers(0, 2**31),
            salt_length=st.none() | st.integers(20, 222),
        )
    )
    def test_any_key_is_read_back(self, key):
        assert ExportedKey.from_json(key.to_json()) == key

    @pytest.mark.parametrize(
        ("change", "field", "found"),
        [
            *[({name: ...}, name, "no such member") for name in ("pub_key", "cpu_id", "counter", "uid")],
            *[({name: None}, name, "NoneType") for name in ("pub_key", "cpu_id", "counter", "uid", "rsa_pss_saltlen")],
            ({"counter": True}, "counter", "bool"),
            ({"counter": "240"}, "counter", "str"),
            ({"uid": 1.5}, "uid", "float"),
            ({"rsa_pss_saltlen": "32"}, "rsa_pss_saltlen", "str"),
        ],
    )
    def test_a_missing_or_mistyped_member_is_named(self, ask, change, field, found):
        members = {**json.loads(ask.to_json()), **change}
        text = json.dumps({name: value for name, value in members.items() if value is not ...})

        with pytest.raises(KeyJsonError, match=f"^{field}: expected .*, found {found}$") as refused:
            ExportedKey.from_json(text)
        assert refused.value.field == field

    @pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, "\ud800"])
    def test_what_is_no_json_object_is_refused(self, text):
        with pytest.raises(KeyJsonError, match="expected a JSON object"):
            ExportedKey.from_json(text)
