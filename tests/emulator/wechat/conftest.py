"""The openssl command, which knows nothing of ours."""

import base64
import subprocess

import pytest


class Openssl:
    """A device whose AuthKey the openssl command holds."""

    def __init__(self, folder):
        self.folder = folder
        self._run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
        self.public_key = self._run("pkey", "-in", "key.pem", "-pubout").decode()
        self.private_key = (folder / "key.pem").read_text()
        self.public_der = self._run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER")

    def _run(self, *arguments, sent=b""):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, input=sent, capture_output=True, check=True)
        return done.stdout

    def sign(self, text, salt_length):
        return base64.b64encode(self._pss(salt_length, "-sign", "key.pem", text=text)).decode()

    def says_of(self, text, signature, salt_length):
        """What the command says of a signature by this key."""
        (self.folder / "signature").write_bytes(base64.b64decode(signature, validate=True))
        (self.folder / "public.pem").write_text(self.public_key)
        return self._pss(salt_length, "-verify", "public.pem", "-signature", "signature", text=text).decode()

    def _pss(self, salt_length, *arguments, text):
        pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{salt_length}"]
        return self._run("dgst", "-sha256", *pss, *arguments, sent=text.encode())


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    return Openssl(tmp_path_factory.mktemp("openssl"))
