"""The emulator in containers: the users' own docker-compose.yml, and containers without it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from wxemu.client.remote import Remote, RemoteError

PROJECT = Path(__file__).parents[2]
PORT = 8686
TOKEN = "a-token-of-the-containers"
MADE_BASE = "wxcloud-emulator-base"
"""By scripts/docker, where no registry is asked; without it the Dockerfile's own base."""
NEEDED = "needs Docker with compose and a running daemon (on Debian: apt install docker.io docker-compose)"


def succeeds(*command):
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def docker(*arguments):
    """What a docker command prints; both streams, as a container's log goes to either."""
    done = subprocess.run(["docker", *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return (done.stdout + done.stderr).strip()


class Container:
    """A container with an emulator in it."""

    def __init__(self, name, token=TOKEN):
        self.name, self.token = name, token

    @property
    def remote(self):
        """The emulator, at the port that is published now: it changes with a restart."""
        return Remote(f"http://{docker('port', self.name, str(PORT))}", token=self.token)

    @property
    def is_ready(self):
        try:
            return self.remote.ask("GET", "/readyz") == {"status": "ready"}
        except RemoteError:
            return False

    @property
    def image(self):
        return self.told("{{.Image}}")

    @property
    def log(self):
        return docker("logs", self.name)

    def told(self, form):
        return docker("inspect", "--format", form, self.name)


@pytest.fixture(scope="session")
def docker_compose_command():
    if not succeeds("docker", "info"):
        (pytest.fail if "CI" in os.environ else pytest.skip)(NEEDED)
    for command in ("docker compose", "docker-compose"):
        if succeeds(*command.split(), "version"):
            return command
    (pytest.fail if "CI" in os.environ else pytest.skip)(NEEDED)
    return None


@pytest.fixture(scope="session")
def docker_compose_file():
    return str(PROJECT / "docker-compose.yml")


@pytest.fixture(scope="session")
def docker_setup():
    # Without --wait, which version 1 of compose does not know: it would start nothing, and say that all is well.
    return ["up --build --detach"]


@pytest.fixture(scope="session")
def docker_cleanup():
    return ["down --volumes --rmi local"]


@pytest.fixture(scope="session")
def environment():
    """What docker-compose.yml leaves open; a port of 0 is any free one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WXEMU_PORT", "0")
        patch.setenv("WXEMU_INTERCEPT_PORT", "0")
        patch.setenv("WXEMU_TOKEN", TOKEN)
        if succeeds("docker", "image", "inspect", MADE_BASE):
            patch.setenv("BASE_IMAGE", MADE_BASE)
        yield


@pytest.fixture(scope="session")
def wait_until(environment, docker_services):
    return lambda check: docker_services.wait_until_responsive(check, timeout=60, pause=0.2)


@pytest.fixture(scope="session")
def service(docker_compose_command, docker_compose_file, docker_compose_project_name, wait_until):
    """The emulator of docker-compose.yml, ready."""
    compose = [*docker_compose_command.split(), "-f", docker_compose_file, "-p", docker_compose_project_name]
    asked = subprocess.run([*compose, "ps", "--quiet", "emulator"], check=True, capture_output=True, text=True)
    container = Container(asked.stdout.strip())
    wait_until(lambda: container.is_ready)
    return container


@pytest.fixture(scope="session")
def network(service):
    """The network of docker-compose.yml, where its services find each other by name."""
    (name,) = json.loads(service.told("{{json .NetworkSettings.Networks}}"))
    return name


@pytest.fixture(name="docker")
def docker_command():
    return docker


@pytest.fixture
def wxemu(service, network):
    """Run the command line in a container of its own, beside the services of docker-compose.yml."""

    def wxemu(*arguments, options=()):
        token = ("--env", f"WXEMU_TOKEN={service.token}")
        return docker("run", "--rm", "--network", network, *token, *options, service.image, *arguments)

    return wxemu


@pytest.fixture
def run(service, wait_until):
    """Start an emulator in a container of its own, and wait until it is ready."""
    started = []

    def run(*options, token=None):
        published = ("--publish", f"127.0.0.1::{PORT}")
        container = Container(docker("run", "--detach", *published, *options, service.image), token)
        started.append(container)
        wait_until(lambda: container.is_ready)
        return container

    yield run
    for container in started:
        docker("rm", "--force", "--volumes", container.name)
