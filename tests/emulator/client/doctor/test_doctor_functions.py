"""The project, looked at before anything runs."""

import pytest

from wxemu.client.doctor import functions
from wxemu.scf.runtime import interpreters

GOOD = "def main(event, context):\n    return 1\n"


@pytest.fixture
def project(tmp_path):
    """Write a project of one function, ``ask``."""

    def write(code=GOOD, *, declared="runtime: Python3.11", **files):
        folder = tmp_path / "functions" / "ask"
        folder.mkdir(parents=True)
        if code is not None:
            (folder / "index.py").write_text(code)
        for name, text in files.items():
            (folder / name.replace("_", ".")).write_text(text)
        (tmp_path / "cloudbaserc.yaml").write_text(f"envId: env-demo\nfunctions:\n  - {{name: ask, {declared}}}\n")
        return tmp_path

    return write


def found_in(project, environ=None):
    return [
        (finding.level, str(finding.name), str(finding.found)) for finding in functions.examine(project, environ or {})
    ]


def of_the_function(project):
    """What is found of it, and the advice, in one text; the project itself must be fine."""
    first, *others = functions.examine(project, {})
    assert (first.level, str(first.name)) == ("ok", "project")
    return [(finding.level, f"{finding.found}; {finding.advice}") for finding in others]


def test_a_sound_project_is_told_so(project):
    assert found_in(project()) == [
        ("ok", "project", "1 function in environment env-demo"),
        ("ok", "function ask", "index.main on Python3.11"),
    ]


def test_a_folder_without_a_project_is_a_hint(tmp_path):
    assert found_in(tmp_path) == [("hint", "project", f"{tmp_path} declares no functions")]


def test_a_project_that_cannot_be_read_is_broken_with_its_line_and_what_to_do(project):
    folder = project()
    (folder / "cloudbaserc.yaml").write_text("envId: env-demo\nfunctions: all\n")
    (finding,) = functions.examine(folder, {})
    assert finding.level == "broken"
    assert f"{folder}/cloudbaserc.yaml:2: expected functions to be a list" in str(finding.found)
    assert str(finding.advice).startswith("start each function with a dash")
    assert str(finding.advice) not in str(finding.found)


@pytest.mark.parametrize(
    ("declared", "told", "advice"),
    [
        ("runtime: python3.9", "functions.0.runtime of the function ask to be", "write it as Python3.11"),
        ("runtime: Python3.11, dir: gone", "of a folder that is there", "make it, or correct this"),
        ("runtime: Python3.11, timeout: 0", "a whole number from 1 to 900, found 0", "write it without quotes"),
    ],
)
def test_a_function_that_is_declared_wrong_is_broken_and_no_other(project, declared, told, advice):
    folder = project(declared=declared)
    (folder / "functions/sound").mkdir()
    (folder / "functions/sound/index.py").write_text(GOOD)
    with (folder / "cloudbaserc.yaml").open("a") as file:
        file.write("  - {name: sound, runtime: Python3.11}\n")
    _, finding, sound = functions.examine(folder, {})
    assert (finding.level, str(finding.name), sound.level) == ("broken", "function ask", "ok")
    assert told in str(finding.found)
    assert str(finding.advice).startswith(advice)


def test_a_function_without_a_runtime_is_one_of_node_js(project):
    _, *hints = functions.examine(project(declared="timeout: 5"), {})
    assert [finding.level for finding in hints] == ["hint", "hint"]
    assert "without a runtime the CLI would create ask as Nodejs18.15" in str(hints[0].found)
    assert str(hints[0].advice) == "add runtime: Python3.11 to what is Python"


def test_a_script_that_declares_functions_is_told_of(tmp_path):
    (tmp_path / "cloudbaserc.js").write_text("module.exports = {}")
    (finding,) = functions.examine(tmp_path, {})
    assert str(finding.found).endswith("declares no functions; there is a cloudbaserc.js, which is not read")
    assert str(finding.advice) == "write what it exports as cloudbaserc.json"


def test_a_variable_that_nobody_sets_is_a_hint(project):
    folder = project(declared='runtime: Python3.11, envVariables: {GREETING: "{{env.GREETING}}"}')
    assert ("hint", "project", "nothing is set for {{env.GREETING}} in GREETING, which becomes empty") in found_in(
        folder
    )
    assert not [found for found in found_in(folder, {"GREETING": "hello"}) if found[0] == "hint"]


def test_what_the_emulator_sets_need_not_be_set(project):
    folder = project(declared='runtime: Python3.11, envVariables: {WX_SECRET: "{{env.WX_SECRET}}"}')
    assert [level for level, _, _ in found_in(folder)] == ["ok", "ok"]


CALLING = "def main(event, context):\n    return cloud.of(context).openapi.soter.verifySignature(openid='o')\n"


@pytest.mark.parametrize(
    ("code", "declared", "level", "told"),
    [
        (None, "", "broken", "its handler is index.main, and there is no"),
        (GOOD, ", handler: main", "broken", "its handler is main, and there is no"),
        (GOOD, ", handler: other.main", "broken", "its handler is other.main, and there is no"),
        (
            GOOD.replace("main", "other"),
            *("", "broken", "index.py has no main, which its handler names; define it, or correct handler"),
        ),
        ("\n\ndef main(:\n", "", "broken", "index.py:3: "),
        ("\0", "", "broken", "index.py:1: "),
        (CALLING, "", "hint", "openapi.soter.verifySignature, for which no config.json asks"),
        (CALLING, "", "hint", 'add "soter.verifySignature" to permissions.openapi'),
        (
            CALLING.replace("soter.verifySignature", "auth.code2Session"),
            *("", "hint", "openapi.auth.code2Session, which is no cloud call here"),
        ),
    ],
)
def test_what_is_wrong_with_a_function_is_found(project, code, declared, level, told):
    ((found, text),) = of_the_function(project(code, declared=f"runtime: Python3.11{declared}"))
    assert found == level
    assert told in text


@pytest.mark.parametrize(
    "code", ["from there import main", "from there import other as main", "main = print", "async def main(): pass"]
)
def test_a_handler_may_be_bound_in_any_way(project, code):
    assert of_the_function(project(code, there_py="")) == [("ok", "index.main on Python3.11; ")]


def test_a_runtime_that_is_not_here_is_a_hint(project, monkeypatch):
    monkeypatch.setattr(interpreters, "find", lambda _runtime: None)
    assert of_the_function(project(declared="runtime: Python3.10")) == [
        ("hint", f"there is no Python3.10 here; {interpreters.PRESENT} runs it instead; or install that")
    ]


def test_a_function_of_another_language_is_a_hint_and_not_looked_at(project):
    ((level, text),) = of_the_function(project(code=None, declared="runtime: Nodejs18.15"))
    assert level == "hint"
    assert text.startswith("its runtime is Nodejs18.15; the emulator runs Python")


def test_a_cloud_call_that_config_json_asks_for_is_fine(project):
    asked = '{"permissions": {"openapi": ["soter.verifySignature"]}}'
    assert of_the_function(project(CALLING, config_json=asked)) == [("ok", "index.main on Python3.11; ")]


def test_what_packages_call_is_not_the_function_s_call(project):
    folder = project()
    package = folder / "functions/ask/node_modules/sdk"
    package.mkdir(parents=True)
    (package / "index.js").write_text("cloud.openapi.soter.verifySignature({})")
    assert of_the_function(folder) == [("ok", "index.main on Python3.11; ")]
    package.parent.rename(package.parents[1] / "lib")
    assert [level for level, _ in of_the_function(folder)] == ["hint"]


def test_packages_that_are_not_installed_are_a_hint(project):
    required = "# a comment\nrequests>=2\nnot-to-be-had==1 ; python_version > '3'\n-r other.txt\n"
    declared = f"runtime: {interpreters.PRESENT}"
    ((level, text),) = of_the_function(project(declared=declared, requirements_txt=required))
    assert level == "hint"
    assert text.startswith("not-to-be-had of its requirements.txt: not installed; pip install -r ")


@pytest.mark.parametrize("file", ["token.py", "json.py", "os.py"])
def test_a_file_with_the_name_of_what_python_loads_at_its_start_is_a_hint(project, file):
    folder = project()
    (folder / "functions/ask" / file).write_text("")
    assert of_the_function(folder) == [
        ("hint", f"its {file} has the name of a module that Python itself loads at its start; rename it")
    ]


@pytest.mark.parametrize("file", ["random.py", "logging.py", "token.txt"])
def test_a_file_with_the_name_of_another_module_of_python_is_none(project, file):
    folder = project()
    (folder / "functions/ask" / file).write_text("")
    assert [level for level, _ in of_the_function(folder)] == ["ok"]


WEB = "runtime: Python3.11, type: HTTP"
BOOTSTRAP = "#!/bin/bash\n/var/lang/python311/bin/python3.11 app.py\n"


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        (None, 0, "broken it is an HTTP function, and there is no "),
        (BOOTSTRAP, 0o644, "broken "),
        (BOOTSTRAP.replace("\n", "\r\n"), 0o755, "broken "),
        ("#!/bin/sh\npython3 app.py\n", 0o755, "hint "),
        (BOOTSTRAP, 0o755, "ok scf_bootstrap on Python3.11"),
    ],
)
def test_what_starts_an_http_function_is_looked_at(project, text, mode, told):
    folder = project(declared=WEB)
    if text is not None:
        file = folder / "functions/ask/scf_bootstrap"
        file.write_bytes(text.encode())
        file.chmod(mode)
    ((level, found),) = of_the_function(folder)
    assert f"{level} {found}".startswith(told)
    assert text is None or mode == 0o755 or "is not executable; chmod 755" in found


@pytest.mark.parametrize(
    ("code", "files", "unbrought"),
    [
        ("import requests\n", {}, ["requests"]),
        ("from yaml.loader import SafeLoader\nimport json5, json\n", {}, ["yaml", "json5"]),
        ("import own\n", {"own.py": "import requests\n"}, ["requests"]),
        ("import requests\n", {"requests_py": "", "requests.txt": "requests"}, []),
        ("import requests\n", {"requirements.txt": "Requests>=2\n"}, []),
        ("try:\n    import orjson\nexcept ImportError:\n    orjson = None\n", {}, []),
        ("from . import sibling\nimport email.message, encodings.idna\n", {}, []),
    ],
)
def test_an_import_that_nothing_brings_to_the_platform_is_a_hint(project, code, files, unbrought):
    folder = project(code + GOOD)
    for name, text in files.items():
        (folder / "functions/ask" / name.replace("_py", ".py")).write_text(text)
    hints = [found for level, found in of_the_function(folder) if level == "hint" and "brings" in found]
    assert [found.split()[2].rstrip(",") for found in hints] == unbrought


def test_an_import_is_brought_by_a_layer_or_by_a_package_in_the_folder(project):
    folder = project(
        "import deps, vendored.part\n" + GOOD, declared="runtime: Python3.11, layers: [{name: l, version: 1}]"
    )
    for file in ("layers/l/deps.py", "functions/ask/vendored/part.py"):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert of_the_function(folder) == [("ok", "index.main on Python3.11; ")]
