"""A CONNECT proxy on loopback that ends TLS for Tencent's hosts and hands what they are asked to an emulator.

Any other host is refused and remembered, so that a test can say that none was contacted.
"""

from __future__ import annotations

import datetime as dt
import socket
import socketserver
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = ("*.tencentcloudapi.com", "*.cos.ap-shanghai.myqcloud.com")
VALID = dt.timedelta(days=1)


class TlsProxy:
    """Listens until the ``with`` block ends.

    :param emulator: its host and port.
    :param folder: for the throw-away CA's certificate (``ca``) and the hosts' key.
    """

    def __init__(self, emulator: tuple[str, int], folder: Path) -> None:
        self.ca = folder / "ca.pem"
        self.contacted: list[str] = []
        self.refused: list[str] = []
        self._emulator = emulator
        self._tls = _context(folder, self.ca)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), lambda client, _address, _server: self._serve(client))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, client: socket.socket) -> None:
        method, target = _request_line(client)
        host = target.rpartition(":")[0] if method == "CONNECT" else target
        if method != "CONNECT" or not host.endswith(tuple(name.removeprefix("*") for name in HOSTS)):
            self.refused.append(host)
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        self.contacted.append(host)
        client.sendall(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        try:
            with (
                self._tls.wrap_socket(client, server_side=True) as inside,
                socket.create_connection(self._emulator) as out,
            ):
                back = threading.Thread(target=_pump, args=(out, inside))
                back.start()
                _pump(inside, out)
                back.join()
        except OSError:  # a client that leaves in the middle of a handshake or an answer
            return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True  # a client may keep its connection
    block_on_close = False


def _request_line(client: socket.socket) -> tuple[str, str]:
    head = b""
    while not head.endswith(b"\r\n\r\n") and (byte := client.recv(1)):
        head += byte
    words = head.decode("latin-1").split()
    return (words[0], words[1]) if len(words) > 1 else ("", "")


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # one end has left
        while chunk := source.recv(1 << 16):
            sink.sendall(chunk)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _context(folder: Path, ca_file: Path) -> ssl.SSLContext:
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("test CA", ca_key.public_key(), "test CA", ca_key, x509.BasicConstraints(ca=True, path_length=0))
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    leaf = _certificate("hosts", key.public_key(), "test CA", ca_key, names)
    ca_file.write_bytes(ca.public_bytes(Encoding.PEM))
    chain = folder / "hosts.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def _certificate(
    subject: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - VALID)
        .not_valid_after(now + VALID)
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(issuer_key, hashes.SHA256())
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
