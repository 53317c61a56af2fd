"""The variables that lead clients to an emulator."""

import json
import os
import subprocess
import warnings
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from wxemu.client import environment
from wxemu.client.environment import NoInterceptionError, of_invocation, of_real_names
from wxemu.client.remote import Remote
from wxemu.intercept import truststore
from wxemu.intercept.authority import Authority

URL = "http://127.0.0.1:8686"


class Answering(Remote):
    """What a running emulator would answer about its interception."""

    def __init__(self, folder, url=URL, **facts):
        super().__init__(url)
        Authority.of_folder(folder)
        told = {"proxy": "http://127.0.0.1:8687", "ca": f"{folder}/ca.pem", "caBundle": f"{folder}/ca-bundle.pem"}
        led = {"hosts": ["api.weixin.qq.com"], "passThrough": ["*.example.com"]}
        self._facts = told | led | facts
        self.asked = []

    def ask(self, method, path, body=None):
        self.asked.append((method, path, body))
        return self._facts if path.endswith("/interception") else {"env": {"TCB_ENV": "env-demo"}}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "a folder"
    made.mkdir()
    return made


def test_proxies_are_named_in_both_cases_and_loopback_goes_without(folder):
    variables = of_real_names(Answering(folder), {})
    proxies = {variables[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")}
    assert proxies == {"http://127.0.0.1:8687"}
    assert variables["NO_PROXY"] == variables["no_proxy"] == "localhost,127.0.0.1,::1"


def test_where_a_control_token_is_given_proxies_carry_it_and_java_does_not(folder):
    variables = of_real_names(Answering(folder), {}, "a token/1")
    assert variables["HTTPS_PROXY"] == variables["http_proxy"] == "http://wxemu:a%20token%2F1@127.0.0.1:8687"
    assert "wxemu:" not in variables["JAVA_TOOL_OPTIONS"]


def test_what_replaces_roots_names_the_bundle_and_what_adds_to_them_the_ca(folder):
    variables = of_real_names(Answering(folder), {})
    bundles = {variables[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    assert bundles == {f"{folder}/ca-bundle.pem"}
    assert variables["NODE_EXTRA_CA_CERTS"] == f"{folder}/ca.pem"


def test_an_emulator_by_another_name_is_reached_without_the_proxy(folder):
    variables = of_real_names(Answering(folder, url="http://emulator.test:8686"), {})
    assert variables["NO_PROXY"] == "localhost,127.0.0.1,::1,emulator.test"
    assert "-Dhttp.nonProxyHosts=localhost|127.*|[::1]|emulator.test'" in variables["JAVA_TOOL_OPTIONS"]


def test_java_keeps_its_own_options_and_gets_ours_once(folder):
    first = of_real_names(Answering(folder), {"JAVA_TOOL_OPTIONS": "-Xmx1g"})["JAVA_TOOL_OPTIONS"]
    again = of_real_names(Answering(folder), {"JAVA_TOOL_OPTIONS": first})["JAVA_TOOL_OPTIONS"]
    assert first.startswith("-Xmx1g -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8687 ")
    assert again == first


def test_node_keeps_its_own_options_and_gets_ours_once(folder):
    first = of_real_names(Answering(folder), {"NODE_OPTIONS": "--max-old-space-size=100"})["NODE_OPTIONS"]
    again = of_real_names(Answering(folder), {"NODE_OPTIONS": first})["NODE_OPTIONS"]
    assert first == f'--max-old-space-size=100 --require "{environment.PRELOAD}"'
    assert again == first
    assert environment.PRELOAD.is_file()


def test_what_is_loaded_into_node_may_lie_at_any_path(folder, monkeypatch):
    monkeypatch.setattr(environment, "PRELOAD", Path('/a b/"c"/d\\e.cjs'))
    assert of_real_names(Answering(folder), {})["NODE_OPTIONS"] == r'--require "/a b/\"c\"/d\\e.cjs"'


def test_what_is_loaded_into_node_is_told_where_to_lead(folder):
    told = json.loads(of_real_names(Answering(folder, url="http://emulator.test:8686"), {})["WXEMU_INTERCEPTION"])
    assert told == {
        "host": "127.0.0.1",
        "port": 8687,
        "emulated": ["api.weixin.qq.com"],
        "passThrough": ["*.example.com"],
        "unproxied": ["emulator.test"],
    }


def test_java_s_truststore_is_quoted(folder):
    options = of_real_names(Answering(folder), {})["JAVA_TOOL_OPTIONS"]
    assert f"'-Djavax.net.ssl.trustStore={folder}/ca-truststore.p12'" in options


def test_without_a_place_for_the_truststore_java_is_left_out(folder, monkeypatch):
    def refuse(_bundle):
        raise PermissionError

    monkeypatch.setattr(truststore, "make_beside", refuse)
    assert "JAVA_TOOL_OPTIONS" not in of_real_names(Answering(folder), {})


def test_an_emulator_without_a_proxy_is_refused_with_what_to_do(folder):
    with pytest.raises(NoInterceptionError, match=f"{URL} runs without its proxy.* start it without --no-intercept"):
        of_real_names(Answering(folder, proxy=None), {})


@pytest.mark.parametrize("fact", ["ca", "caBundle"])
def test_a_ca_on_another_machine_is_refused_with_what_to_do(folder, fact):
    with pytest.raises(NoInterceptionError, match=r"is not here: .* copy it from there"):
        of_real_names(Answering(folder, **{fact: "/state/not-here.pem"}), {})


def test_of_an_invocation_only_what_is_named_is_asked_for(folder):
    remote = Answering(folder)
    variables = of_invocation(remote, openid="oAlice", function=None, appid=None)
    assert variables == {"TCB_ENV": "env-demo", "WXEMU_URL": URL}
    assert remote.asked == [
        ("POST", "/emulator/v1/environments", {"openid": "oAlice", "function": None, "appid": None})
    ]


def roots_in(store):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [entry.certificate for entry in load_pkcs12(store.read_bytes(), None).additional_certs]


def test_the_truststore_holds_the_ca_and_the_system_s_roots(folder):
    authority = Authority.of_folder(folder)
    store = truststore.make_beside(authority.bundle)
    roots = roots_in(store)
    assert authority.certificate in roots
    assert len(roots) > 50
    assert oct(store.stat().st_mode & 0o777) == "0o644"


def test_the_truststore_is_made_anew_with_the_bundle_and_else_left(folder):
    bundle = Authority.of_folder(folder).bundle
    store = truststore.make_beside(bundle)
    made_at = store.stat().st_mtime_ns
    assert truststore.make_beside(bundle).stat().st_mtime_ns == made_at
    bundle.write_bytes((folder / "ca.pem").read_bytes())
    later = made_at + 1_000_000_000
    os.utime(bundle, ns=(later, later))
    assert len(roots_in(truststore.make_beside(bundle))) == 1


def test_a_root_that_cannot_be_read_is_left_out(folder):
    bundle = Authority.of_folder(folder).bundle
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    bundle.write_bytes(broken + (folder / "ca.pem").read_bytes())
    assert len(roots_in(truststore.make_beside(bundle))) == 1


def test_a_shell_takes_java_s_options_as_the_words_that_java_does(folder):
    options = of_real_names(Answering(folder), {})["JAVA_TOOL_OPTIONS"]
    split = subprocess.run(["sh", "-c", f"printf '%s\\n' {options}"], check=True, capture_output=True, text=True)
    assert split.stdout.splitlines()[-2] == f"-Djavax.net.ssl.trustStore={Path(folder)}/ca-truststore.p12"
