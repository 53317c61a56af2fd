"""The CA, as it lies in the state folder and as OpenSSL judges it."""

from __future__ import annotations

import datetime as dt
import shutil
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from wxemu.core.http.hosts import EMULATED
from wxemu.intercept import certificates
from wxemu.intercept.authority import Authority, AuthorityError

FILES = ("ca.pem", "ca.key", "ca-bundle.pem")


@pytest.fixture
def folder(tmp_path):
    Authority.of_folder(tmp_path)
    return tmp_path


@pytest.fixture
def vouch(folder):
    """What OpenSSL says of a certificate for a host that is signed by whoever has the CA's key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed")

    def verify(host):
        ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        ca_key = load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        leaf = certificates.new_leaf(host, certificates.new_key().public_key(), ca, ca_key)
        (folder / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
        command = ["openssl", "verify", "-x509_strict", "-CAfile", folder / "ca.pem", folder / "leaf.pem"]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    return verify


@pytest.mark.parametrize("host", [pattern.replace("*", "a.b") for pattern in EMULATED])
def test_openssl_takes_a_certificate_for_an_emulated_host(vouch, host):
    assert vouch(host).stdout.endswith("OK\n")


@pytest.mark.parametrize("host", ["example.com", "weixin.qq.com", "qq.com", "evil-api.weixin.qq.com.example.com"])
def test_openssl_refuses_a_certificate_of_this_ca_for_any_other_host(vouch, host):
    judged = vouch(host)

    assert judged.returncode != 0
    assert "permitted subtree violation" in judged.stderr


def test_the_key_can_be_read_by_its_owner_only(folder):
    assert (folder / "ca.key").stat().st_mode & 0o777 == 0o600


def test_nothing_else_is_left_in_the_folder(folder):
    Authority.of_folder(folder)

    assert {file.name for file in folder.iterdir()} == set(FILES)


def test_the_ca_outlives_a_restart(folder):
    before = [(folder / name).read_bytes() for name in FILES]

    Authority.of_folder(folder)

    assert [(folder / name).read_bytes() for name in FILES] == before


def test_the_bundle_holds_the_ca_and_the_roots_of_this_machine(folder):
    bundle = ssl.create_default_context(cafile=str(folder / "ca-bundle.pem"))
    ca = ssl.PEM_cert_to_DER_cert((folder / "ca.pem").read_text())

    assert ca in bundle.get_ca_certs(binary_form=True)
    assert len(bundle.get_ca_certs()) > 50


def test_a_bundle_that_the_environment_names_is_not_taken_for_the_roots(folder, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca-bundle.pem"))
    before = (folder / "ca-bundle.pem").read_bytes()

    Authority.of_folder(folder)

    assert (folder / "ca-bundle.pem").read_bytes() == before


def test_a_ca_is_renewed_before_its_end(tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:
        earlier.setattr(certificates, "CA_LIFE", dt.timedelta(days=29))
        Authority.of_folder(tmp_path)
    ending = (tmp_path / "ca.pem").read_bytes()

    renewed = Authority.of_folder(tmp_path).certificate

    assert (tmp_path / "ca.pem").read_bytes() != ending
    assert renewed.not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_half_a_ca_is_told(folder, name):
    (folder / name).unlink()

    with pytest.raises(AuthorityError, match=r"incomplete.*delete .*ca\.pem and .*ca\.key"):
        Authority.of_folder(folder)


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_a_broken_file_is_told_without_its_content(folder, name):
    (folder / name).write_text("-----BEGIN nonsense of mine")

    with pytest.raises(AuthorityError, match=r"cannot be read.*PEM; delete") as told:
        Authority.of_folder(folder)
    assert "nonsense" not in str(told.value)


def test_a_key_of_another_ca_is_told(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    Authority.of_folder(other)
    shutil.copy(other / "ca.key", folder / "ca.key")

    with pytest.raises(AuthorityError, match="do not belong together"):
        Authority.of_folder(folder)


def test_a_key_of_another_kind_is_told(folder):
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    with pytest.raises(AuthorityError, match="do not belong together"):
        Authority.of_folder(folder)


def place(folder, key, certificate):
    (folder / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def test_a_ca_that_could_vouch_for_more_is_told(folder, monkeypatch):
    key = certificates.new_key()
    with monkeypatch.context() as wider:
        wider.setattr(certificates, "EMULATED", (*EMULATED, "example.com"))
        place(folder, key, certificates.new_ca(key))

    with pytest.raises(AuthorityError, match="not the emulator's"):
        Authority.of_folder(folder)


def test_a_certificate_without_constraints_is_told(folder):
    ca_key, key = certificates.new_key(), certificates.new_key()
    place(
        folder, key, certificates.new_leaf("api.weixin.qq.com", key.public_key(), certificates.new_ca(ca_key), ca_key)
    )

    with pytest.raises(AuthorityError, match="not the emulator's"):
        Authority.of_folder(folder)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(AuthorityError, match=r"cannot be kept: .*ca\.key: Not a directory"):
        Authority.of_folder(tmp_path / "file")


def test_a_file_that_cannot_be_opened_is_told(folder):
    (folder / "ca.key").unlink()
    (folder / "ca.key").mkdir()

    with pytest.raises(AuthorityError, match=r"cannot be read: .*ca\.key: Is a directory"):
        Authority.of_folder(folder)
