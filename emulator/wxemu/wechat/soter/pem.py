"""RSA keys from and to PEM text."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from wxemu.wechat.soter.errors import PemError


@lru_cache(maxsize=4096)
def load_public_key(pem: str) -> RSAPublicKey:
    """Load the public key in ``pem``; cached, because parsing takes several times as long as verifying.

    :raises PemError: not the PEM text of an RSA public key.
    """
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise PemError("an RSA public key") from None
    if not isinstance(key, RSAPublicKey):
        raise PemError("an RSA public key")
    return key


@lru_cache(maxsize=1024)
def load_private_key(pem: str) -> RSAPrivateKey:
    """Load the private key in ``pem``, which must not be encrypted.

    It is not tried whether its numbers are those of a key, which takes 36 ms: it is a toy of ours.

    :raises PemError: not the PEM text of an RSA private key.
    """
    try:
        key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, ValueError, UnsupportedAlgorithm):  # TypeError: encrypted
        raise PemError("an unencrypted RSA private key") from None
    if not isinstance(key, RSAPrivateKey):
        raise PemError("an unencrypted RSA private key")
    return key


def fingerprint(public_pem: str) -> str:
    """The fingerprint of a public key: SHA-256 over its SubjectPublicKeyInfo in lower-case hex.

    :raises PemError: not the PEM text of an RSA public key.
    """
    spki = load_public_key(public_pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def public_key_pem(private_key: RSAPrivateKey) -> str:
    r"""The public key as devices write it: PEM in 64 columns, ``\n`` between the lines, none at the end [field]."""
    spki = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return spki.decode().rstrip("\n")
