import json
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
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


@pytest.fixture
def told(keys):
    """Follow the chain of these two, each signed by the key before it unless another is named."""

    def follow(ask, auth_key, *, ask_signer=keys.attk, auth_key_signer=keys.ask):
        ask, auth_key = (
            exported if isinstance(exported, SignedKey) else sign_key(exported, signer=signer)
            for exported, signer in ((ask, ask_signer), (auth_key, auth_key_signer))
        )
        return verify_chain(attk_public_key_pem=keys.attk_pem, ask=ask, auth_key=auth_key)

    return follow


class TestChain:
    @pytest.mark.parametrize("salt_length", [None, 20, 32])
    def test_the_authkey_of_an_unbroken_chain_is_told_and_verifies_confirmations(
        self, *, keys, ask, auth_key, told, salt_length
    ):
        ask, auth_key = replace(ask, salt_length=salt_length), replace(auth_key, salt_length=salt_length)
        assert told(ask, auth_key) == auth_key
        signature = sign(keys.auth_key, '{"raw":"msg"}')
        assert verify(public_key_pem=auth_key.pub_key, json_string='{"raw":"msg"}', json_signature=signature).is_genuine

    def test_a_uid_is_the_same_app_as_number_and_as_text(self, ask, auth_key, told):
        assert told(replace(ask, uid=10206), auth_key).uid == "10206"

    def test_a_key_that_another_signed_is_refused(self, keys, ask, auth_key, told):
        with pytest.raises(ForeignSignatureError, match="ASK JSON signed by the ATTK") as refused:
            told(ask, auth_key, ask_signer=keys.auth_key)
        assert (refused.value.signer, refused.value.signed) == ("ATTK", "ASK")
        with pytest.raises(ForeignSignatureError, match="AuthKey JSON signed by the ASK"):
            told(ask, auth_key, auth_key_signer=keys.attk)

    @pytest.mark.parametrize(
        ("change", "error", "named"),
        [
            ({"cpu_id": "another"}, AnotherDeviceError, "cpu_id"),
            ({"uid": "10207"}, AnotherAppError, "uid"),
            ({"pub_key": "no key"}, PemError, "PEM"),
        ],
    )
    def test_keys_that_do_not_belong_together_are_refused(self, *, ask, auth_key, told, change, error, named):
        with pytest.raises(error, match=named):
            told(replace(ask, **change), auth_key)

    def test_a_text_that_was_changed_or_is_no_key_json_is_refused(self, keys, ask, auth_key, told):
        attested = sign_key(ask, signer=keys.attk)
        with pytest.raises(ForeignSignatureError, match="did not sign this text"):
            told(replace(attested, json_text=f"{attested.json_text}\n"), auth_key)
        with pytest.raises(KeyJsonError, match="pub_key"):
            told(SignedKey('{"certs":[]}', sign(keys.attk, '{"certs":[]}')), auth_key)

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
            *[({name: None}, name, "null") for name in ("pub_key", "cpu_id", "counter", "uid", "rsa_pss_saltlen")],
            ({"counter": True}, "counter", "true or false"),
            ({"counter": "240"}, "counter", "a string"),
            ({"uid": 1.5}, "uid", "a number"),
            ({"rsa_pss_saltlen": "32"}, "rsa_pss_saltlen", "a string"),
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
