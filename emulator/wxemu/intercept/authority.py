"""The CA of a state folder, and TLS contexts for the emulated hosts.

``ca.key`` (mode 0600) and ``ca.pem`` stay over restarts, so a client has to trust them only once. ``ca-bundle.pem``
is the CA with the system's roots, for clients whose trust store it replaces.

AuthorityError
    The CA in the folder cannot be used. Raised when the emulator starts.
"""

from __future__ import annotations

import datetime as dt
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from wxemu.core import troubles
from wxemu.core.files import write_atomically
from wxemu.core.http.hosts import EMULATED, is_emulated
from wxemu.core.messages import Message
from wxemu.intercept import certificates
from wxemu.intercept.errors import AuthorityError
from wxemu.intercept.interception import BUNDLE, CERTIFICATE

if TYPE_CHECKING:
    from collections.abc import Callable

KEY: Final = "ca.key"

RENEWED_BEFORE: Final = dt.timedelta(days=30)
LEAVES: Final = 500
"""Hosts whose certificates are kept: ``*.`` patterns allow any number of hosts."""


class Authority:
    """The CA that signs the certificates of emulated hosts; see ``of_folder``."""

    def __init__(self, certificate: x509.Certificate, key: EllipticCurvePrivateKey, folder: Path) -> None:
        self.certificate = certificate
        self._key = key
        self._folder = folder
        self._leaf_key = certificates.new_key()
        self._contexts: dict[str, tuple[ssl.SSLContext, dt.datetime]] = {}

    @classmethod
    def of_folder(cls, folder: Path) -> Self:
        """The CA of this folder; a new one if there is none or it expires soon.

        :raises AuthorityError: its files are broken, do not belong together, or are not ours.
        """
        pair = _read(folder)
        if pair is None or pair[0].not_valid_after_utc < dt.datetime.now(dt.UTC) + RENEWED_BEFORE:
            key = certificates.new_key()
            pair = certificates.new_ca(key), key
            _write(folder / KEY, _pem_of(key), mode=0o600)
            _write(folder / CERTIFICATE, pair[0].public_bytes(Encoding.PEM))
        _write(folder / BUNDLE, pair[0].public_bytes(Encoding.PEM) + _system_roots())
        return cls(*pair, folder)

    @property
    def bundle(self) -> Path:
        """The file with the CA and the system's roots."""
        return self._folder / BUNDLE

    def context(self, host: str, on_named: Callable[[str], None]) -> ssl.SSLContext:
        """A TLS context for a client that may name a host by SNI; without a name it means ``host``.

        A client that names a host which is not emulated gets the certificate of ``host``: then the client's own error
        says what is wrong, better than any TLS alert.

        :param on_named: is called with the name.
        """

        def choose(connection: ssl.SSLObject, named: str | None, _: ssl.SSLContext) -> int | None:
            if named is not None:
                on_named(named)
            try:
                connection.context = self._context_of(named if named is not None and is_emulated(named) else host)
            except OSError as error:  # its files cannot be written
                troubles.tell(error)
                return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
            return None

        context = _context()
        context.sni_callback = choose
        return context

    def _context_of(self, host: str) -> ssl.SSLContext:
        name = host.lower().removesuffix(".")
        context, renewed_at = self._contexts.get(name, (None, None))
        now = dt.datetime.now(dt.UTC)
        if context is None or renewed_at is None or renewed_at < now:
            self._contexts.pop(name, None)
            if len(self._contexts) >= LEAVES:
                del self._contexts[next(iter(self._contexts))]
            context = self._new_context(name)
            self._contexts[name] = (context, now + certificates.LEAF_LIFE / 2)
        return context

    def _new_context(self, name: str) -> ssl.SSLContext:
        leaf = certificates.new_leaf(name, self._leaf_key.public_key(), self.certificate, self._key)
        context = _context()
        # Python's ssl reads certificates from files only.
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix="leaf-", suffix=".pem") as temporary:
            temporary.write(_pem_of(self._leaf_key) + leaf.public_bytes(Encoding.PEM))
            temporary.flush()
            context.load_cert_chain(temporary.name)
        return context


def default_host() -> str:
    """The host whose certificate a client gets if it names no host."""
    return EMULATED[0]


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _read(folder: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey] | None:
    files = folder / CERTIFICATE, folder / KEY
    present = [file for file in files if file.exists()]
    if not present:
        return None
    advice = Message(
        "delete {certificate} and {key}, and the next start makes new ones",
        "请删除 {certificate} 和 {key}，下次启动会重新生成",
        certificate=files[0],
        key=files[1],
    )
    if len(present) == 1:
        raise AuthorityError(
            Message(
                "the CA is incomplete: {file} without the other file; {advice}",
                "CA 不完整：只有 {file}，缺少另一个文件；{advice}",
                file=present[0],
                advice=advice,
            )
        )
    try:
        certificate = x509.load_pem_x509_certificate(files[0].read_bytes())
        key = load_pem_private_key(files[1].read_bytes(), password=None)
    except (ValueError, TypeError):
        raise AuthorityError(
            Message(
                "the CA cannot be read: expected a certificate and its key in PEM; {advice}",
                "CA 无法读取：应为 PEM 格式的证书和密钥；{advice}",
                advice=advice,
            )
        ) from None
    except OSError as error:
        raise AuthorityError(
            Message(
                "the CA cannot be read: {file}: {reason}; let this user read it",
                "CA 无法读取：{file}：{reason}；请允许当前用户读取它",
                file=error.filename,
                reason=error,
            )
        ) from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise AuthorityError(
            Message(
                "the CA's certificate and key do not belong together; {advice}",
                "CA 的证书和密钥不匹配；{advice}",
                advice=advice,
            )
        )
    if not _is_sound(certificate):
        raise AuthorityError(
            Message(
                "the CA is not the emulator's, or is for other hosts than it emulates; {advice}",
                "这个 CA 不是模拟器的，或者用于模拟器之外的主机；{advice}",
                advice=advice,
            )
        )
    return certificate, key


def _is_sound(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
        return certificates.is_ours(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False


def _pem_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, *, mode: int = 0o644) -> None:
    try:
        if not file.exists() or file.read_bytes() != content:
            write_atomically(file, content, mode=mode)
    except OSError as error:
        raise AuthorityError(
            Message(
                "the CA cannot be kept: {file}: {reason}; name another folder with --state",
                "CA 无法保存：{file}：{reason}；请用 --state 指定另一个文件夹",
                file=file,
                reason=error,
            )
        ) from None


def _system_roots() -> bytes:
    """The roots that this machine trusts, or certifi's. SSL_CERT_FILE is not read: it may name a bundle of ours."""
    paths = ssl.get_default_verify_paths()
    known = Path(paths.openssl_cafile), Path(paths.openssl_capath) / "ca-certificates.crt", Path(certifi.where())
    return next((file.read_bytes() for file in known if file.is_file()), b"")
