"""The roots of a PEM bundle in the form that Java reads."""

from __future__ import annotations

import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = "ca-truststore.p12"
_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def beside(bundle: Path) -> Path:
    """The truststore of a bundle: PKCS #12, without a password, as what it holds is no secret. Made if it is not there
    or older than the bundle.

    :raises OSError: the bundle cannot be read, or no truststore be written beside it.
    """
    file = bundle.with_name(NAME)
    if file.exists() and file.stat().st_mtime_ns >= bundle.stat().st_mtime_ns:
        return file
    roots = [PKCS12Certificate(root, str(number).encode()) for number, root in enumerate(_roots(bundle.read_bytes()))]
    with tempfile.NamedTemporaryFile(dir=bundle.parent, prefix=f"{NAME}-", delete=False) as passing:
        passing.write(serialize_java_truststore(roots, NoEncryption()))
    made = Path(passing.name)
    made.chmod(0o644)
    made.replace(file)
    return file


def _roots(bundle: bytes) -> Iterator[x509.Certificate]:
    """The certificates, but for those of the machine's that this library does not take, such as of no serial number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pem in _CERTIFICATE.findall(bundle):
            try:
                yield x509.load_pem_x509_certificate(pem)
            except ValueError:
                continue
