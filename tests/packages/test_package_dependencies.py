"""Vendored dependencies: locked by hash, for SCF's machines, no more than a function needs; from an index on disk."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from pathlib import Path

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"
RUNTIMES = ("Python3.9", "Python3.10", "Python3.11")
PURE, COMPILED = "py3-none-any", "cp311-cp311-manylinux2014_x86_64"
FOR_ALL = "cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64"


class Index:
    """A package index on disk, as pip reads one."""

    def __init__(self, folder):
        self.folder = folder

    def add(self, version, tags, requires=">=3.9", *, name="politeness", needs=()):
        folder = self.folder / name.replace("_", "-")
        folder.mkdir(parents=True, exist_ok=True)
        wheel = folder / f"{name}-{version}-{tags}.whl"
        head = f"{name}-{version}"
        named = "".join(f"Requires-Dist: {need}\n" for need in needs)
        files = {
            f"{name}/__init__.py": f"VERSION = {version!r}\nTAGS = {tags!r}\n",
            f"{name}/py.typed": "",
            f"{name}/tests/test_it.py": "",
            f"{name}/words.txt": "please",
            f"{head}.data/scripts/{name}": "#!python\n",
            f"{head}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{named}",
            f"{head}.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {tags == PURE}\nTag: {tags}\n",
            f"{head}.dist-info/RECORD": "",
            f"{head}.dist-info/entry_points.txt": "",
            f"{head}.dist-info/licenses/LICENSE": "Be kind.",
            f"{head}.dist-info/NOTICE.txt": "Thanks.",
        }
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        needed = requires.replace(">", "&gt;")
        link = f'<a href="{wheel.name}#sha256={sha256}" data-requires-python="{needed}">{wheel.name}</a>'
        with (folder / "index.html").open("a") as page:
            page.write(link)
        return wheel

    @property
    def variables(self):
        return {"PIP_NO_INDEX": "", "PIP_EXTRA_INDEX_URL": "", "PIP_INDEX_URL": self.folder.as_uri()}


@pytest.fixture
def index(tmp_path):
    return Index(tmp_path / "index")


@pytest.fixture
def polite(project):
    """The small project, whose function needs `politeness`."""
    project.write("functions/hello/requirements.txt", "# the one that is needed\n\npoliteness>=1,<3\n")
    project.write("functions/hello/index.py", "import politeness\n\ndef main(event, context):\n    return 1\n")
    project.declare(runtime="Python3.11")
    return project


def lock_of(project, runtime="Python3.11"):
    return project.directory / f"functions/requirements-{runtime}.txt"


def locked(project, index):
    done = project.run("package", "--lock", **index.variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def pin(project, wheel):
    """A lock by hand, and its wheel where packaging keeps what was fetched."""
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock_of(project).write_text(f"#   politeness>=1,<3\npoliteness==1.0 \\\n    --hash=sha256:{sha256}\n")
    project.output.joinpath("wheels").mkdir(parents=True)
    project.output.joinpath(".packages").touch()
    project.output.joinpath("wheels", wheel.name).write_bytes(wheel.read_bytes())


def test_a_lock_is_written_for_every_runtime_with_the_newest_that_fits_it(polite, index):
    index.add("1.0", PURE)
    index.add("2.0", PURE, requires=">=3.10")
    index.add("3.0", PURE)

    assert locked(polite, index) == [str(lock_of(polite, runtime)) for runtime in RUNTIMES]
    versions = [re.findall(r"==(\S+)", lock_of(polite, runtime).read_text()) for runtime in RUNTIMES]
    assert versions == [["1.0"], ["2.0"], ["2.0"]]


def test_the_pure_wheel_is_vendored_though_pip_would_prefer_a_compiled_one(polite, index):
    index.add("1.0", PURE)
    index.add("1.0", COMPILED)
    locked(polite, index)

    assert PURE in (polite.package(**index.variables).folder / "politeness/__init__.py").read_text()


def test_of_a_wheel_come_its_modules_its_data_and_its_licence(polite, index, files_in):
    index.add("1.0", PURE)
    locked(polite, index)

    assert files_in(polite.package(**index.variables).folder) == {
        "index.py",
        "config.json",
        "greeting/__init__.py",
        "politeness/__init__.py",
        "politeness/words.txt",
        "politeness-1.0.dist-info/METADATA",
        "politeness-1.0.dist-info/NOTICE.txt",
        "politeness-1.0.dist-info/licenses/LICENSE",
    }


def test_what_was_fetched_once_is_not_fetched_again(polite, index):
    index.add("1.0", PURE)
    locked(polite, index)
    first = polite.package(**index.variables)

    assert polite.package().sha256 == first.sha256  # without an index


def test_a_fetched_wheel_that_has_changed_is_not_used(polite, index):
    pin(polite, index.add("1.0", PURE))
    (kept,) = polite.output.joinpath("wheels").iterdir()
    kept.write_bytes(b"something else")

    assert "pip cannot download what Python3.11 needs: ERROR: " in polite.refused()


def test_a_wheel_with_another_hash_than_the_lock_s_is_refused(polite, index):
    index.add("1.0", PURE)
    locked(polite, index)
    text = lock_of(polite).read_text()
    lock_of(polite).write_text(re.sub(r"sha256:\w{8}", "sha256:00000000", text))

    assert "pip cannot download" in polite.refused(**index.variables)


def test_what_no_index_has_is_told(polite, index):
    index.add("4.0", PURE)
    done = polite.run("package", "--lock", **index.variables)

    assert done.returncode == 1
    assert "pip cannot download what Python3.9 needs: ERROR: " in done.stderr
    assert not lock_of(polite, "Python3.9").exists()


def test_without_a_pure_wheel_each_runtime_has_a_compiled_one_that_its_platform_can_load(polite, index):
    versions = ("cp39", "cp310", "cp311")
    wheels = [index.add("1.0", f"{version}-{version}-manylinux2014_x86_64") for version in versions]
    for tags in ("manylinux_2_28_x86_64", "manylinux2014_aarch64", "musllinux_1_2_x86_64", "macosx_11_0_x86_64"):
        index.add("2.0", f"cp39-abi3-{tags}")
    locked(polite, index)

    for runtime, wheel in zip(RUNTIMES, wheels, strict=True):
        (sha256,) = re.findall(r"sha256:(\w+)$", lock_of(polite, runtime).read_text(), re.MULTILINE)
        assert sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert COMPILED in (polite.package(**index.variables).folder / "politeness/__init__.py").read_text()


def test_a_pure_wheel_that_cannot_be_had_is_not_replaced_by_a_compiled_one(polite, index):
    index.add("1.0", FOR_ALL)
    index.add("1.0", PURE).write_bytes(b"something else")

    assert "DO NOT MATCH THE HASHES" in polite.refused("--lock", **index.variables)


@pytest.mark.parametrize(
    "tags",
    [
        "cp310-cp310-manylinux2014_x86_64",
        "cp312-abi3-manylinux2014_x86_64",
        "cp311-cp311-manylinux_2_28_x86_64",
        "cp311-cp311-manylinux2014_aarch64",
        "cp311-cp311-macosx_11_0_x86_64",
    ],
)
def test_a_wheel_that_the_platform_cannot_load_is_refused(polite, index, tags):
    pin(polite, index.add("1.0", tags))

    expected = "expected wheels for Python3.11 on Linux x86_64 with glibc 2.17 (manylinux2014), found politeness-1.0-"
    assert f"{expected}{tags}.whl; run wxemu package --lock" in polite.refused()


def test_what_a_wheel_needs_depends_on_the_runtime_and_not_on_the_python_that_packages(polite, index):
    polite.write("functions/hello/requirements.txt", 'politeness[loud]\npast; python_version < "3.8"\n')
    conditions = {
        "until_310": 'python_full_version < "3.11"',
        "from_311": 'python_version >= "3.11"',
        "until_patch": 'python_full_version < "3.11.3"',
        "scf": 'sys_platform == "linux" and platform_machine == "x86_64" and implementation_name == "cpython"',
        "windows": 'os_name == "nt"',
        "loud_words": 'extra == "loud"',
        "quiet_words": 'extra == "quiet"',
    }
    index.add("1.0", PURE, needs=[f"{name}>=1 ; {condition}" for name, condition in conditions.items()])
    for name in conditions:
        index.add("1.0", PURE, name=name)
    locked(polite, index)

    for runtime in RUNTIMES:
        names = set(re.findall(r"^([\w-]+)==", lock_of(polite, runtime).read_text(), re.MULTILINE))
        own = {"from-311"} if runtime == "Python3.11" else {"until-310", "until-patch"}
        assert names == {"politeness", "scf", "loud-words"} | own


def test_a_function_gets_what_its_own_requirements_lead_to(polite, index, files_in):
    index.add("1.0", PURE, needs=["manners (>=1)"])
    index.add("1.0", PURE, name="manners", needs=["politeness", "small_talk"])
    index.add("1.0", FOR_ALL, name="small_talk")
    index.add("1.0", PURE, name="thrift", needs=["small_talk"])
    polite.write("functions/frugal/requirements.txt", "thrift\n")
    polite.write("functions/frugal/index.py", "def main(event, context):\n    return 1\n")
    functions = "{name: hello, runtime: Python3.11}, {name: frugal, runtime: Python3.11}"
    polite.write("cloudbaserc.yaml", f"envId: e\nfunctions: [{functions}]\n")
    locked(polite, index)
    assert polite.run("package", **index.variables).returncode == 0

    def list_modules(name):
        folders = {path.split("/")[0] for path in files_in(polite.output / "functions" / name) if "/" in path}
        return {folder for folder in folders if "dist-info" not in folder}

    assert list_modules("hello") == {"greeting", "politeness", "manners", "small_talk"}
    assert list_modules("frugal") == {"greeting", "thrift", "small_talk"}


@pytest.mark.parametrize("needed", ["manners>=1", "politeness>=2"])
def test_a_lock_that_lacks_what_a_wheel_needs_is_refused(polite, index, needed):
    pin(polite, index.add("1.0", PURE, needs=[needed]))

    assert f"expected wheels for {needed}, found none; run wxemu package --lock" in polite.refused()


@pytest.mark.parametrize("line", ["-r others.txt", "politeness @ https://example.com/politeness.whl", "po lite"])
def test_what_is_no_requirement_by_name_is_refused(polite, line):
    polite.write("functions/hello/requirements.txt", f"{line}\n")

    told = f"expected a requirement like requests>=2.31,<3 in requirements.txt, found {line}"
    assert polite.refused("--lock") == told


def test_a_function_that_needs_nothing_has_nothing_vendored(polite, index, files_in):
    pin(polite, index.add("1.0", PURE))
    polite.write("functions/plain/index.py", "def main(event, context):\n    return 1\n")
    polite.write(
        "cloudbaserc.yaml",
        "envId: e\nfunctions: [{name: hello, runtime: Python3.11}, {name: plain, runtime: Python3.11}]\n",
    )
    assert polite.run("package").returncode == 0

    assert files_in(polite.output / "functions/plain") == {"index.py", "config.json", "greeting/__init__.py"}


def test_the_first_packaging_writes_the_lock_and_says_so(polite, index):
    index.add("1.0", PURE)
    done = polite.run("package", **index.variables)

    assert done.returncode == 0, done.stderr
    assert f"package: there is no {lock_of(polite)} yet: writing it; commit it with the project" in done.stderr
    index.add("1.1", PURE)
    written = lock_of(polite).read_text()
    assert "politeness==1.0" in written
    polite.package(**index.variables)
    assert lock_of(polite).read_text() == written


def test_a_lock_for_other_requirements_is_refused(polite, index):
    pin(polite, index.add("1.0", PURE))
    polite.write("functions/hello/requirements.txt", "politeness>=1,<2\n")

    assert "expected a lock for politeness>=1,<2, found one for politeness>=1,<3" in polite.refused()


def test_a_lock_that_pins_nothing_is_refused(polite):
    lock_of(polite).write_text("#   politeness>=1,<3\npoliteness==1.0\n")

    assert "expected lines name==version" in polite.refused()


def test_a_runtime_that_nothing_can_be_locked_for_is_refused(polite):
    polite.declare(runtime="Python3.7")

    assert "expected a runtime of Python3.9, Python3.10, Python3.11, found Python3.7" in polite.refused()


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_this_project_s_locks_are_those_of_its_requirements_by_hash(runtime):
    text = (FUNCTIONS / f"requirements-{runtime}.txt").read_text(encoding="utf-8")
    asked = {line for file in FUNCTIONS.glob("*/requirements.txt") for line in file.read_text().splitlines()}
    pins = dict(re.findall(r"^([\w-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE))

    assert set(re.findall(r"^#   (.+)$", text, re.MULTILINE)) == asked
    until_310 = set() if runtime == "Python3.11" else {"typing-extensions"}
    of_cryptography = {"cryptography", "cffi", "pycparser"} | until_310
    assert pins.keys() == {"certifi", "charset-normalizer", "idna", "requests", "urllib3"} | of_cryptography
    assert os.linesep.join(pins) == os.linesep.join(sorted(pins))
