"""Servers that are out of order: one clear sentence each, the rest goes on, and nothing is tried again."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
import requests

from wxemu.conformance import engine
from wxemu.conformance.question import all_questions
from wxemu.conformance.wire import NoAnswerError, Target, exchange, prepare

pytestmark = pytest.mark.slow  # an emulator of their own, and a hundred requests

TOKEN, STABLE, LOGIN = "/cgi-bin/token", "/cgi-bin/stable_token", "/sns/jscode2session"
PAGE = "<!DOCTYPE html><html><body>Please log in</body></html>"


def asked_at(path):
    """The questions that send a request to this path."""
    return {one.name for one in all_questions() if one.sends and one.asks.partition("?")[0].endswith(f" {path}")}


def by_name(report):
    return {finding.question.name: finding for finding in report.findings}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((200, "text/html", PAGE), "a page of HTML instead of JSON: a proxy or a login page in between?"),
        ((200, "text/plain", "busy"), "something else instead of JSON: a proxy or a login page in between?"),
        ((200, "application/json", "[]"), "JSON that is no object"),
        ((500, "text/html", PAGE), "HTTP 500, where these servers always answer 200: a proxy in between?"),
        ((302, "text/html", ""), "HTTP 302, where these servers always answer 200: a proxy in between?"),
    ],
)
def test_an_answer_that_is_none_is_told_and_the_rest_goes_on(stand_in, account, answer, sentence):
    stand_in.answers[STABLE] = answer

    report = engine.run(stand_in.target, account, groups=["tokens", "code2session"])

    troubled = asked_at(STABLE)
    found = by_name(report)
    told = {name: found[name].means for name in troubled if found[name].question.risk == "refusal"}
    assert set(told.values()) == {sentence}
    assert {found[name].result for name in found if name.startswith("code2session.")} == {"same"}
    assert found["tokens.unknown-path"].result == "same"
    assert sentence in found["tokens.stable-members"].means
    assert stand_in.paths.count(STABLE) == len(told) + 1  # each once, and tokens.stable, which reads


def test_a_connection_that_breaks_twice_ends_the_group_and_no_other(stand_in, account):
    stand_in.answers[TOKEN] = None

    report = engine.run(stand_in.target, account, groups=["tokens", "code2session"])

    found = by_name(report)
    assert found["tokens.no-grant-type"].means == "no connection to 127.0.0.1 (ConnectionError)"
    assert found["tokens.stable"].means == (
        "not asked: no connection to 127.0.0.1 (ConnectionError), 2 times in a row in this group"
    )
    assert {found[name].result for name in found if name.startswith("code2session.")} == {"same"}
    assert stand_in.paths.count(TOKEN) == 2


@pytest.mark.parametrize(("path", "group"), [(TOKEN, "tokens"), (LOGIN, "code2session")])
@pytest.mark.parametrize("limit", [45009, 45011, 429])
def test_a_limit_of_the_rate_ends_its_group_at_once(stand_in, account, path, group, limit):
    if limit == requests.codes.too_many_requests:
        stand_in.answers[path] = (limit, "text/plain", "")
    else:
        stand_in.refuse(path, limit)
    other = "code2session" if group == "tokens" else "tokens"

    report = engine.run(stand_in.target, account, groups=["tokens", "code2session"])

    found = by_name(report)
    code = "HTTP 429" if limit == requests.codes.too_many_requests else limit
    sentence = f"the server limits the rate ({code}), so this group is left alone; try again later"
    assert {found[name].result for name in found if name.startswith(f"{group}.")} == {"unknown"}
    assert {found[name].means for name in asked_at(path) if name.startswith(f"{group}.")} == {sentence}
    assert found[f"{other}.{'unknown-path' if other == 'tokens' else 'no-code'}"].result == "same"
    assert stand_in.paths.count(path) == 1


def test_a_server_that_keeps_silent_is_told(account):
    (question,) = (one for one in all_questions() if one.name == "tokens.nothing")
    with socket.create_server(("127.0.0.1", 0)) as silent, requests.Session() as session:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        target = Target("live", url, url, url)

        with pytest.raises(NoAnswerError, match=r"^127\.0\.0\.1 gave no answer within 0\.2 seconds$"):
            exchange(session, prepare(question, target, account), 0.2)


@pytest.fixture
def another_s_certificate(tmp_path):
    """The address of a server that has a certificate for another name, by nobody whom one trusts."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=proxy.example"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                connection, _ = server.accept()
                with connection:
                    if connection.recv(1, socket.MSG_PEEK) == b"":
                        return
                    with suppress(OSError), context.wrap_socket(connection, server_side=True):
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        address = server.getsockname()
        yield f"https://127.0.0.1:{address[1]}"
        socket.create_connection(address).close()
        thread.join()


def test_a_certificate_of_another_is_told_and_other_servers_are_asked(another_s_certificate, stand_in, account):
    target = replace(stand_in.target, wechat=another_s_certificate)

    found = by_name(engine.run(target, account, groups=["tokens", "gateway"]))

    sentence = "who answers has no certificate for 127.0.0.1, so nothing was sent: a proxy?"
    assert found["tokens.no-grant-type"].means == sentence
    assert found["tokens.unknown-path"].means == f"not asked: {sentence}, 2 times in a row in this group"
    assert {found[name].result for name in found if name.startswith("gateway.")} == {"same", "unknown"}
    assert found["gateway.no-token"].result == "same"


def test_a_probe_that_may_be_there_is_told(stand_in, account):
    stand_in.answers["/ CreateFunction"] = None

    found = by_name(engine.run(stand_in.target, account, groups=["scf"]))

    assert found["scf.facts"].means == "no connection to 127.0.0.1 (ConnectionError)"
    assert found["scf.delete"].means == (
        "no connection to 127.0.0.1 (ConnectionError); scf.create may have been done all the same: look for wxemuProbe"
    )
    assert "/ DeleteFunction" not in stand_in.paths


def test_a_netrc_does_not_replace_a_signature(stand_in, account, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    found = by_name(engine.run(stand_in.target, account, groups=["gateway"]))

    assert found["gateway.no-token"].result == "same"


def test_what_is_missing_is_named_with_the_way_to_it(stand_in, account):
    for name in ("secret_id", "secret_key", "env"):
        del account.values[name]
    account.phone = lambda: None

    found = by_name(engine.run(stand_in.target, account))

    assert found["gateway.no-token"].means == (
        "not asked: it needs TCB_ENV, TENCENTCLOUD_SECRETID, TENCENTCLOUD_SECRETKEY in the env file"
    )
    assert found["code2session.login"].means == "not asked: it needs what a phone tells: wxemu conformance --phone"
    assert found["checksession.valid"].means == (
        "not asked: it needs openid, session_key of code2session.login (it needs what a phone tells: wxemu conformance"
        " --phone)"
    )
    assert found["tokens.stable"].result == "same"


def test_an_app_without_permission_learns_that_and_no_difference(stand_in, account, app):
    app.restrict(unauthorized=["soter.verifySignature"], ip_whitelist=["192.0.2.1"])

    found = by_name(engine.run(stand_in.target, account, groups=["tokens", "verify-signature"]))

    assert found["tokens.stable"].means == "this address is not in the app's IP list (40164)"
    assert found["verify-signature.nothing"].means == (
        "not asked: it needs access_token of tokens.stable (this address is not in the app's IP list (40164))"
    )
    assert [finding.line() for finding in found.values() if finding.result == "differs"] == []

    app.restrict(ip_whitelist=[])
    found = by_name(engine.run(stand_in.target, account, groups=["verify-signature"]))
    assert found["verify-signature.nothing"].means == "this app may not use the openapi (48001)"
    assert [finding.line() for finding in found.values() if finding.result == "differs"] == []
