"""The disk of a state fails: it is full, its files cannot grow, or Linux makes it read-only."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import time

import pytest
from asking import CREDENTIALS, SYSTEM_ERROR, WAIT_SECONDS, ask, readiness, token, until

from wxemu.core.troubles import SILENT_SECONDS

pytestmark = pytest.mark.slow  # through processes, as a user's own

SMALLEST_FILE = 64 * 1024
"""Less than the state has already, more than a log gets."""


class SmallFiles:
    """The emulator's files cannot grow, as on a full disk."""

    words = "the state's files cannot be read or written (disk I/O error); look at their disk"

    def __init__(self, _folder):
        pass

    def fill(self, running):
        resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (SMALLEST_FILE, resource.RLIM_INFINITY))

    def free(self, running):
        resource.prlimit(running.child.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self):
        pass


class SmallDisk:
    """A disk of 2 MB, filled up to the last byte."""

    words = "the disk that holds the state is full; make room there"

    def __init__(self, folder):
        self.folder = folder
        options = ("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder))
        if os.getuid() or subprocess.run(options, check=False, capture_output=True).returncode:
            pytest.skip("only root may mount a small disk")

    def fill(self, _running):
        with (self.folder / "filling").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def free(self, _running):
        (self.folder / "filling").unlink()

    def close(self):
        subprocess.run(("umount", "-l", str(self.folder)), check=True)


@pytest.fixture(params=[SmallFiles, SmallDisk])
def disk(request, tmp_path):
    small = request.param(tmp_path)
    yield small
    small.close()


@pytest.fixture
def own_file_system(tmp_path):
    """A folder on an ext4 of its own, which Linux makes read-only under whoever uses it when it fails."""
    image, folder = tmp_path / "image", tmp_path / "mounted"
    image.touch()
    os.truncate(image, 16 << 20)
    folder.mkdir()
    for command in (("mkfs.ext4", "-q", image), ("mount", "-o", "loop", image, folder)):
        if os.getuid() or shutil.which(command[0]) is None or subprocess.run(command, check=False).returncode:
            pytest.skip("only root may mount a file system of its own, where there is mkfs.ext4")
    yield folder
    subprocess.run(("umount", "-l", folder), check=True)


def forms_of_an_internal_error(running, web_token):
    """What each face answers, as far as it is the same each time."""
    bearer = {"Authorization": f"Bearer {web_token}"}
    log_in = ask(running, "POST", "/auth/v1/signin/anonymously?client_id=env-demo", headers={"X-Device-Id": "device-2"})
    return {
        "WeChat": token(running).json(),
        "control": ask(running, "POST", "/emulator/v1/clock/freeze", json={}).json()["error"]["status"],
        "login": log_in.json()["error"],
        "functions": ask(running, "GET", "/auth/v1/user/me", headers=bearer).status_code,
    }


def test_on_a_full_disk_every_face_keeps_its_form_until_there_is_room(start, tmp_path, disk):
    running = start("--state", str(tmp_path / "state"))
    asked = ask(running, "POST", "/auth/v1/signin/anonymously?client_id=env-demo", headers={"X-Device-Id": "device-1"})
    disk.fill(running)
    began_at = time.monotonic()

    told = [forms_of_an_internal_error(running, asked.json()["access_token"]) for _ in range(10)]
    refused = ask(running, "POST", "/phone/v1/phones", json={"appid": CREDENTIALS["appid"], "profile": "android"})
    until(lambda: "keys failed" in readiness(running)[1])
    unready = readiness(running)
    disk.free(running)

    assert told == [{"WeChat": SYSTEM_ERROR, "control": 500, "login": "internal", "functions": 200}] * 10
    assert refused.json()["error"]["status"] in (500, 503)
    assert unready[0] == 503
    assert unready[1].startswith(f"state failed: {disk.words}")
    until(lambda: readiness(running) == (200, ""))
    assert running.new_phone().start_soter_authentication("order-1")
    assert "access_token" in token(running).json()
    code, words = running.stop()
    assert code == 0
    assert words.startswith(f"wxemu: {disk.words}")
    assert "Traceback" not in words
    assert len(words.splitlines()) <= 4 + 4 * (time.monotonic() - began_at) / SILENT_SECONDS


def test_on_a_file_system_that_becomes_read_only_every_face_keeps_its_form(start, process_of, own_file_system):
    state = own_file_system / "state"
    running = start("--state", str(state))
    asked = ask(running, "POST", "/auth/v1/signin/anonymously?client_id=env-demo", headers={"X-Device-Id": "device-1"})
    subprocess.run(("mount", "-o", "remount,abort", own_file_system), check=False)  # as a failed write would have it
    with pytest.raises(OSError, match="Read-only file system"):
        (own_file_system / "new").touch()

    told = [forms_of_an_internal_error(running, asked.json()["access_token"]) for _ in range(5)]
    unready = readiness(running)
    code, words = running.stop()
    again = process_of("start", "--port", "0", "--state", str(state), cwd=own_file_system, timeout=WAIT_SECONDS)

    assert told == [{"WeChat": SYSTEM_ERROR, "control": 500, "login": "internal", "functions": 200}] * 5
    assert unready[0] == 503
    assert unready[1].startswith(f"state failed: {SmallFiles.words}")
    assert code == 0
    assert words.startswith(f"wxemu: {SmallFiles.words}")
    assert again.returncode == 1
    assert "the state cannot be written, it is read-only" in again.stderr
    assert "Traceback" not in words + again.stderr


def test_a_disk_that_is_full_before_the_seed_is_loaded_ends_a_start_with_one_sentence(process_of, tmp_path):
    seed = tmp_path / "seed.yaml"
    phones = "".join(f"{{id: p{number}, profile: android}}, " for number in range(40))
    user = f"{{openid: o, phones: [{phones}]}}"
    seed.write_text(f"apps:\n  - {{appid: wx00000000000000aa, secret: a{'0' * 31}, env: e, users: [{user}]}}\n")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, resource.RLIM_INFINITY))

    ended = process_of(
        *("start", "--port", "0", "--state", str(tmp_path / "state"), "--seed", str(seed)),
        cwd=tmp_path,
        timeout=60,
        preexec_fn=limit,
    )

    assert ended.returncode == 1
    assert "Error: the emulator cannot begin with the state in" in ended.stderr
    assert "disk I/O error" in ended.stderr
    assert "Traceback" not in ended.stderr
