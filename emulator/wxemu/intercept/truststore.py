"""Java's truststore with the roots of a PEM bundle."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Final

from wxemu.core.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography import x509

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
    # Imported to write one: who makes the CA has done that, so that a client of an emulator here finds it there.
    from cryptography.hazmat.primitives.serialization import NoEncryption  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization.pkcs12 import (  # noqa: PLC0415
        PKCS12Certificate,
        serialize_java_truststore,
    )

    roots = [PKCS12Certificate(root, str(number).encode()) for number, root in enumerate(_roots(bundle.read_bytes()))]
    write_atomically(file, serialize_java_truststore(roots, NoEncryption()), mode=0o644)
    return file


def _roots(bundle: bytes) -> Iterator[x509.Certificate]:
    """The certificates, without those that this library refuses, such as one without a serial number."""
    from cryptography import x509  # noqa: PLC0415 - as above

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pem in _CERTIFICATE.findall(bundle):
            try:
                yield x509.load_pem_x509_certificate(pem)
            except ValueError:
                continue
