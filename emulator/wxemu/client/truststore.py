"""Java's truststore with the roots of a PEM bundle."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

from wxemu.core.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "ca-truststore.p12"
_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def make_beside(bundle: Path) -> Path:
    """Write the truststore of a bundle beside it, unless a current one is there; return its path.

    It is PKCS #12 without a password: certificates are no secret.

    :raises OSError: the bundle cannot be read, or the truststore cannot be written.
    """
    file = bundle.with_name(NAME)
    if file.exists() and file.stat().st_mtime_ns >= bundle.stat().st_mtime_ns:
        return file
    roots = [PKCS12Certificate(root, str(number).encode()) for number, root in enumerate(_roots(bundle.read_bytes()))]
    write_atomically(file, serialize_java_truststore(roots, NoEncryption()), mode=0o644)
    return file


def _roots(bundle: bytes) -> Iterator[x509.Certificate]:
    """The certificates, without those that this library refuses, such as one without a serial number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pem in _CERTIFICATE.findall(bundle):
            try:
                yield x509.load_pem_x509_certificate(pem)
            except ValueError:
                continue
