"""What leads clients to the emulator, or elsewhere."""

import socket

import pytest

from wxemu.client.doctor import variables
from wxemu.intercept.authority import Authority

OURS = "http://127.0.0.1:8687"


def found_in(environ, proxy=None):
    told = {str(finding.name): finding for finding in variables.examine(environ, proxy)}
    return {name: finding.level for name, finding in told.items()}, {
        name: f"{finding.found}; {finding.advice}" for name, finding in told.items()
    }


@pytest.fixture
def free_url(unused_port):
    return f"http://127.0.0.1:{unused_port()}"


def test_without_variables_clients_go_to_the_real_hosts():
    levels, texts = found_in({}, OURS)
    assert levels == {"proxy": "hint"}
    assert "go to the real hosts" in texts["proxy"]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"])
def test_a_proxy_that_is_the_emulator_s_is_fine(name):
    assert found_in({name: f"{OURS}/"}, OURS)[0][name] == "ok"


def test_a_proxy_where_nobody_listens_is_left_over(free_url):
    levels, texts = found_in({"HTTPS_PROXY": free_url})
    assert levels == {"HTTPS_PROXY": "broken"}
    assert "where nothing listens any more" in texts["HTTPS_PROXY"]


def test_another_proxy_is_a_hint_without_its_password():
    levels, texts = found_in({"HTTPS_PROXY": "http://me:hunter2@proxy.example:3128"}, OURS)
    assert levels["HTTPS_PROXY"] == "hint"
    assert texts["HTTPS_PROXY"].startswith("leads to proxy.example:3128, which is not the emulator's proxy")
    assert "hunter2" not in str(texts)


def test_another_proxy_on_this_machine_where_somebody_listens_is_a_hint():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert found_in({"HTTPS_PROXY": f"127.0.0.1:{server.getsockname()[1]}"}, OURS)[0]["HTTPS_PROXY"] == "hint"


@pytest.mark.parametrize("value", ["http://[::1", "http://127.0.0.1:none"])
def test_a_proxy_that_is_no_url_is_broken(value):
    assert found_in({"HTTPS_PROXY": value}, OURS)[0]["HTTPS_PROXY"] == "broken"


@pytest.mark.parametrize("entry", ["*", "api.weixin.qq.com", ".qq.com", "qq.com", "*.QQ.com", "tencentcloudapi.com"])
def test_names_that_go_around_the_emulator_are_broken(entry):
    levels, texts = found_in({"HTTPS_PROXY": OURS, "no_proxy": f"localhost, {entry}"}, OURS)
    assert levels["no_proxy"] == "broken"
    assert f"take {entry.lower()} out of it" in texts["no_proxy"]


@pytest.mark.parametrize("entries", ["localhost,127.0.0.1,::1", "q.com", "", "example.com,", "."])
def test_names_that_are_not_emulated_may_go_without_the_proxy(entries):
    assert "NO_PROXY" not in found_in({"HTTPS_PROXY": OURS, "NO_PROXY": entries}, OURS)[0]


def test_variables_that_are_missing_beside_the_proxy_are_hints():
    levels, _ = found_in({"HTTPS_PROXY": OURS}, OURS)
    missing = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), "hint")
    assert levels == {"HTTPS_PROXY": "ok", **missing}


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])
def test_a_file_that_is_gone_is_broken_whatever_runs(name, tmp_path):
    assert found_in({name: str(tmp_path / "gone.pem")})[0][name] == "broken"


def test_where_nobody_is_to_be_asked_a_file_that_is_there_is_no_finding(tmp_path):
    (tmp_path / "roots.pem").touch()
    assert found_in({"SSL_CERT_FILE": str(tmp_path / "roots.pem")})[0] == {"proxy": "hint"}


def test_a_proxy_that_does_not_answer_is_told_of_each_file(free_url, tmp_path):
    bundle = Authority.of_folder(tmp_path).bundle
    levels, texts = found_in({"HTTPS_PROXY": free_url, "SSL_CERT_FILE": str(bundle)}, free_url)
    assert levels["SSL_CERT_FILE"] == "broken"
    assert "api.weixin.qq.com cannot be reached: " in texts["SSL_CERT_FILE"]


@pytest.mark.parametrize("roots", ["nonsense", ""])
def test_a_file_without_certificates_is_broken(free_url, tmp_path, roots):
    (tmp_path / "roots.pem").write_text(roots)
    levels, _ = found_in({"HTTPS_PROXY": free_url, "SSL_CERT_FILE": str(tmp_path / "roots.pem")}, free_url)
    assert levels["SSL_CERT_FILE"] == "broken"


@pytest.mark.parametrize(
    "options",
    ["-Djavax.net.ssl.trustStore={} -Dx=y", "-Xmx1g -Djavax.net.ssl.trustStore={}", "'-Djavax.net.ssl.trustStore={}'"],
)
@pytest.mark.parametrize("name", ["store.p12", "a store.p12"])
def test_a_truststore_that_is_gone_is_broken(options, name, tmp_path):
    store = tmp_path / name
    java = {"JAVA_TOOL_OPTIONS": options.format(store)}
    assert found_in(java)[1]["JAVA_TOOL_OPTIONS"].startswith(f"names the truststore {store}, which does not exist")
    store.touch()
    assert "JAVA_TOOL_OPTIONS" not in found_in(java)[0]
