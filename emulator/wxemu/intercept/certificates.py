"""Certificates: a CA that is valid for the emulated hosts only, and a server certificate for each host.

Their times are real time, not the emulator's clock: TLS clients compare them with their own clocks.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wxemu.core.http.hosts import EMULATED

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

CA_LIFE: Final = dt.timedelta(days=365)
LEAF_LIFE: Final = dt.timedelta(days=7)
BACKDATED: Final = dt.timedelta(hours=1)
"""A client whose clock is a little slow accepts a new certificate."""

ORGANIZATION: Final = "wxcloud emulator"


def new_key() -> EllipticCurvePrivateKey:
    """Make a P-256 key, for a CA or a server."""
    return ec.generate_private_key(ec.SECP256R1())


def new_ca(key: EllipticCurvePrivateKey) -> x509.Certificate:
    """Make a self-signed CA, constrained to the emulated hosts (RFC 5280 4.2.1.10) and to servers."""
    name = _name("wxcloud emulator CA, for this machine only")
    return (
        _certificate(name, key.public_key(), name, CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def new_leaf(
    host: str, public_key: EllipticCurvePublicKey, ca: x509.Certificate, ca_key: EllipticCurvePrivateKey
) -> x509.Certificate:
    """Make a server certificate for one host, signed by the CA."""
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        _certificate(_name(), public_key, ca.subject, LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def is_ours(certificate: x509.Certificate) -> bool:
    """Whether a certificate is a CA with the constraints of ``new_ca``: its key must not be good for other hosts."""
    extensions = certificate.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.NameConstraints)
        basic = extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return constraints.critical and constraints.value == _constraints() and basic.value.ca


def _constraints() -> x509.NameConstraints:
    names = dict.fromkeys(pattern.removeprefix("*.") for pattern in EMULATED)  # a name includes its subdomains
    every_address = (ipaddress.IPv4Network("0.0.0.0/0"), ipaddress.IPv6Network("::/0"))
    return x509.NameConstraints(
        permitted_subtrees=[x509.DNSName(name) for name in names],
        excluded_subtrees=[x509.IPAddress(network) for network in every_address],
    )


def _certificate(
    subject: x509.Name, public_key: EllipticCurvePublicKey, issuer: x509.Name, life: dt.timedelta
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
    )


def _name(common_name: str | None = None) -> x509.Name:
    """A server certificate has no common name, which has room for 64 characters only: a host name may be longer."""
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)]
    if common_name is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, common_name))
    return x509.Name(attributes)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
