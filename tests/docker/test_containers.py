"""The emulator in real containers: docker-compose.yml as a user starts it, and the image by itself."""

from __future__ import annotations

import json
import re

import pytest
import requests

from wxemu.client.remote import Remote, RemoteError

pytestmark = pytest.mark.slow  # an image is built, containers are started

APPID = "wx1234567890abcdef"


def new_phone(remote):
    made = remote.ask("POST", "/phone/v1/phones", {"appid": APPID, "profile": "android"})
    return f"/phone/v1/phones/{made['phoneId']}"


def call(remote, phone, name, **data):
    return remote.ask("POST", f"{phone}/callFunction", {"name": name, "data": data})["result"]


def log_in(remote, phone):
    return call(remote, phone, "login", code=remote.ask("POST", f"{phone}/login", {})["code"])


def test_its_own_health_check_finds_it_healthy(service, wait_until):
    wait_until(lambda: service.told("{{.State.Health.Status}}") == "healthy")


def test_the_functions_that_are_mounted_are_called(service):
    phone = new_phone(service.remote)
    asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order-1"}

    login = log_in(service.remote, phone)
    signed = service.remote.ask("POST", f"{phone}/startSoterAuthentication", asked)
    texts = {"jsonString": signed["resultJSON"], "jsonSignature": signed["resultJSONSignature"]}
    verified = call(service.remote, phone, "verifySignature", **texts)

    assert login["errCode"] == 0
    assert (verified["errCode"], verified["isOk"]) == (0, True)


def test_state_survives_a_restart(service, docker, wait_until):
    phone = new_phone(service.remote)
    log_in(service.remote, phone)

    docker("restart", "--time", "3", service.name)
    wait_until(lambda: service.is_ready)

    assert call(service.remote, phone, "checkSession") == {"errCode": 0, "errMsg": "checkSession:ok"}


def test_it_runs_on_a_file_system_that_cannot_be_written_to_and_without_any_privilege(service):
    assert service.told("{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}") == "true [ALL]"
    assert service.told("{{.Config.User}}") == "wxemu"
    assert log_in(service.remote, new_phone(service.remote))["errCode"] == 0


def test_that_functions_are_not_isolated_there_is_told_in_one_line(service):
    log_in(service.remote, new_phone(service.remote))

    (told,) = set(re.findall("^wxemu: .*", service.log, re.MULTILINE))  # at each start once
    assert told.startswith("wxemu: functions see this machine's folders and can write to their code; ")
    assert "Traceback" not in service.log


@pytest.mark.parametrize("page", ["/", "/phone"])
def test_pages_come_with_all_that_they_are_made_of(service, page):
    headers = {"Authorization": f"Bearer {service.token}"}
    shown = requests.get(f"{service.remote.url}{page}", headers=headers, timeout=10)

    parts = re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/[^"]+)"', shown.text)

    assert shown.status_code == 200
    assert parts
    for part in parts:
        assert requests.get(f"{service.remote.url}{part}", headers=headers, timeout=10).status_code == 200, part


def test_another_container_reaches_it_by_the_name_of_its_service(wxemu):
    url = "http://emulator:8686"

    phone = json.loads(wxemu("phone", "new", "--url", url, "--json"))
    login = json.loads(wxemu("phone", "login", phone["phoneId"], "--url", url, "--json"))

    assert login["errMsg"] == "login:ok"


def test_by_a_name_that_was_not_allowed_nobody_reaches_it(service):
    refused = requests.get(f"{service.remote.url}/healthz", headers={"Host": "evil.example"}, timeout=10)

    assert refused.status_code == 403
    assert "--allow-host" in refused.json()["error"]["message"]


def test_without_the_control_token_nobody_arranges_it(service):
    with pytest.raises(RemoteError, match="control token is missing"):
        Remote(service.remote.url).ask("GET", "/emulator/v1/apps")


def test_a_token_that_was_given_is_not_in_the_log(service):
    assert service.token not in service.log


def test_a_token_that_was_made_is_in_the_log_once(run):
    container = run()

    (token,) = re.findall(r"^  controlToken (\S+)$", container.log, re.MULTILINE)

    assert container.log.count(token) == 1
    assert Remote(container.remote.url, token=token).ask("GET", "/emulator/v1/apps")["apps"]


def test_it_ends_well_within_three_seconds_of_being_asked_to(run, docker):
    container = run("--read-only", "--tmpfs", "/tmp")

    docker("stop", "--time", "3", container.name)  # after which it would be killed, and say 137

    assert container.told("{{.State.ExitCode}}") == "0"


def test_the_demo_runs_in_a_container_without_a_project(wxemu):
    told = wxemu("demo", "--json").splitlines()

    assert json.loads(next(line for line in told if line.startswith("{")))["ok"]
