"""The CA, as it lies in the state folder and as OpenSSL judges it."""

import datetime as dt
import shutil
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from wxemu.core.http.hosts import EMULATED
from wxemu.intercept import certificates
from wxemu.intercept.authority import Authority
from wxemu.intercept.errors import AuthorityError

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
        assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
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


def place(folder, key, certificate):
    (folder / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def of_another_ca(folder):
    (folder / "other").mkdir()
    Authority.of_folder(folder / "other")
    shutil.copy(folder / "other/ca.key", folder / "ca.key")


def of_another_kind(folder):
    key = ed25519.Ed25519PrivateKey.generate()
    (folder / "ca.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def that_vouches_for_more(folder):
    key = certificates.new_key()
    with pytest.MonkeyPatch.context() as wider:
        wider.setattr(certificates, "EMULATED", (*EMULATED, "example.com"))
        place(folder, key, certificates.new_ca(key))


def without_constraints(folder):
    ca_key, key = certificates.new_key(), certificates.new_key()
    ca = certificates.new_ca(ca_key)
    place(folder, key, certificates.new_leaf("api.weixin.qq.com", key.public_key(), ca, ca_key))


def that_is_a_folder(folder):
    (folder / "ca.key").unlink()
    (folder / "ca.key").mkdir()


HALF = r"incomplete.*delete .*ca\.pem and .*ca\.key"
BROKEN = r"cannot be read.*PEM; delete"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "ca.pem").unlink(), HALF),
        (lambda folder: (folder / "ca.key").unlink(), HALF),
        (lambda folder: (folder / "ca.pem").write_text("-----BEGIN nonsense of mine"), BROKEN),
        (lambda folder: (folder / "ca.key").write_text("-----BEGIN nonsense of mine"), BROKEN),
        (of_another_ca, "do not belong together"),
        (of_another_kind, "do not belong together"),
        (that_vouches_for_more, "not the emulator's"),
        (without_constraints, "not the emulator's"),
        (that_is_a_folder, r"cannot be read: .*ca\.key: Is a directory"),
    ],
)
def test_a_ca_that_cannot_be_used_is_told_without_its_content(folder, spoil, told):
    spoil(folder)
    with pytest.raises(AuthorityError, match=told) as refused:
        Authority.of_folder(folder)
    assert "nonsense" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AuthorityError, match=r"cannot be kept: .*ca\.key: Not a directory"):
        Authority.of_folder(tmp_path / "file")
