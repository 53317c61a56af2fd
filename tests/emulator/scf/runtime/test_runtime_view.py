"""What of the machine a function sees: the platform's places; where that cannot be, its own folders."""

import logging
import os
import sys
import venv
from pathlib import Path

import pytest

from wxemu.scf.runtime import Surroundings

pytestmark = pytest.mark.slow  # processes are started

TELL = """
import os, sys
def main(event, context):
    return [dict(os.environ), os.getcwd(), sys.path[:2], sys.dont_write_bytecode]
"""
LIST = "import os\ndef main(folder, context): return sorted(os.listdir(folder))\n"
WRITE = """
def main(path, context):
    with open(path, "a") as file:
        file.write("written")
"""
# An interpreter in a user namespace that may have no mount namespaces; where there are no such, it needs none.
REFUSED = """
import ctypes, os, sys
owner = os.getuid()
if ctypes.CDLL(None).unshare(0x10000000) == 0:
    for path, text in (
        ("/proc/self/setgroups", "deny"),
        ("/proc/self/uid_map", f"0 {owner} 1"),
        ("/proc/sys/user/max_mnt_namespaces", "0"),
    ):
        with open(path, "w") as file:
            file.write(text)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
PLACES = "read-only code at /var/user, a /tmp of their own"
TELLS_ALL = f"functions see the platform's places and no processes but their own: {PLACES}"
# Tencent's page 583/32748, but for what only Tencent knows: credentials, the host's id, the function's own.
DOCUMENTED = {
    "_SCF_SERVER_PORT": "28902",
    "TENCENTCLOUD_RUNENV": "SCF",
    "USER_CODE_ROOT": "/var/user/",
    "PYTHONDONTWRITEBYTECODE": "x",
    "PYTHONPATH": "/var/user:/opt",
    "CLASSPATH": "/var/runtime/java8:/var/runtime/java8/lib/*:/opt",
    "NODE_PATH": "/var/user:/var/user/node_modules:/var/lang/node6/lib/node_modules:/opt:/opt/node_modules",
    "PHP_INI_SCAN_DIR": "/var/user/php_extension:/opt/php_extension",
    "_": "/var/lang/python3/bin/python3",
    "PWD": "/var/user",
    "LOGNAME": "qcloud",
    "LANG": "en_US.UTF8",
    "LC_ALL": "en_US.UTF8",
    "USER": "qcloud",
    "HOME": "/home/qcloud",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "SHELL": "/bin/bash",
    "SHLVL": "3",
    "LD_LIBRARY_PATH": "/var/runtime/java8:/var/user:/opt",
    "HOSTNAME": "localhost",
    "SCF_RUNTIME": "Python3.11",
    "SCF_FUNCTIONVERSION": "$LATEST",
    "TENCENTCLOUD_REGION": "ap-shanghai",
    "TENCENTCLOUD_APPID": "1250000000",
    "TENCENTCLOUD_UIN": "100000000001",
    "TENCENTCLOUD_TZ": "UTC",
}
GIVEN = {
    **DOCUMENTED,
    "TZ": "Asia/Shanghai",
    "WX_SECRET": "s",
    "SCF_NAMESPACE": "env-demo",
}


@pytest.fixture
def shared(tmp_path):
    folder = tmp_path / "_shared"
    folder.mkdir()
    (folder / "layer.py").write_text("PLACE = __file__\n")
    return folder


@pytest.fixture(autouse=True)
def _secrets_of_the_emulator(monkeypatch):
    monkeypatch.setenv("EMULATOR_SECRET", "hunter2")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")


@pytest.fixture
def blind(start_runtime):
    return start_runtime(is_isolated=False, variables=lambda *_: {"WX_SECRET": "s"})


@pytest.mark.usefixtures("needs_view")
def test_a_function_is_told_the_platform_s_places_and_nothing_of_the_emulator(start_runtime, deploy, server, shared):
    runtime = start_runtime(variables=lambda *_: {"WX_SECRET": "s"})
    spec = deploy(TELL, shared=shared, environment={"TZ": "Asia/Shanghai"})
    environ, folder, path, writes_no_bytecode = runtime.invoke(spec, {}, server).result
    assert environ == {**GIVEN, "SCF_FUNCTIONNAME": spec.name}
    assert (folder, path) == ("/var/user", ["/var/user", "/opt"])
    assert writes_no_bytecode


READ = """
import os
def main(event, context):
    with open(os.environ["A_FILE"]) as file:
        return [os.environ["A_FILE"], file.read()]
"""


@pytest.mark.parametrize("is_isolated", [False, True])
def test_a_file_of_the_machine_that_all_may_read_is_where_its_variable_says(
    *, start_runtime, deploy, user, request, tmp_path, is_isolated
):
    if is_isolated:
        request.getfixturevalue("needs_view")
    (tmp_path / "file.pem").write_text("text")
    place, file = "/var/runtime/given/file.pem", str(tmp_path / "file.pem")
    given = Surroundings(files={place: file}, variables={"A_FILE": place})
    told = start_runtime(is_isolated=is_isolated, surroundings=given).invoke(deploy(READ), {}, user)
    assert told.result == [place if is_isolated else file, "text"]


@pytest.mark.usefixtures("needs_view")
def test_its_home_is_not_there_and_cannot_be_made(runtime, deploy, user):
    code = """
    import os
    def main(event, context):
        home = os.path.expanduser("~")
        try:
            os.mkdir(home)
        except OSError as error:
            return home + ": " + error.strerror
    """
    assert runtime.invoke(deploy(code), {}, user).result == "/home/qcloud: Read-only file system"


@pytest.mark.parametrize("name", ["HOME", "LANG", "PATH"])
def test_a_function_may_declare_another_value_of_what_its_process_has(runtime, deploy, user, name):
    spec = deploy(TELL, environment={name: "/tmp:/bin"})
    assert runtime.invoke(spec, {}, user).result[0][name] == "/tmp:/bin"


def test_without_a_view_it_is_told_its_own_folders_and_nothing_of_the_emulator(blind, deploy, server, shared):
    spec = deploy(TELL, shared=shared, environment={"TZ": "Asia/Shanghai"})
    environ, folder, path, writes_no_bytecode = blind.invoke(spec, {}, server).result
    temporary = environ.pop("TMPDIR")
    own, layers = str(spec.directory), str(shared)
    both = f"{own}:{layers}"
    places = {"USER_CODE_ROOT": f"{own}/", "PWD": own, "PYTHONPATH": both, "LD_LIBRARY_PATH": both}
    assert environ == {**GIVEN, "SCF_FUNCTIONNAME": spec.name, **places}
    assert (folder, path) == (own, [own, layers])
    assert writes_no_bytecode
    assert Path(temporary).is_dir()
    blind.close()
    assert not Path(temporary).parent.exists()


def test_without_a_view_each_instance_has_a_temporary_folder_that_ends_with_it(blind, deploy, user):
    spec = deploy(
        """
        import os, tempfile
        def main(event, context):
            if event: os._exit(0)
            return tempfile.gettempdir()
        """
    )
    first = Path(blind.invoke(spec, {}, user).result)
    (first / "kept").touch()
    assert Path(blind.invoke(spec, {}, user).result, "kept").exists()
    blind.invoke(spec, "exit", user)
    assert not first.exists()
    assert Path(blind.invoke(spec, {}, user).result) != first


@pytest.mark.usefixtures("needs_view")
@pytest.mark.parametrize("path", ["/var/user/new", "/opt/new", "/new", "/usr/new", "/etc/new", "/dev/new", "/sys/new"])
def test_nothing_can_be_written_but_to_tmp(runtime, deploy, user, shared, path):
    trace = runtime.invoke(deploy(WRITE, shared=shared), path, user).failure.stack_trace
    assert trace.endswith(f"OSError: [Errno 30] Read-only file system: {path!r}")


@pytest.mark.usefixtures("needs_view")
def test_tmp_holds_512_mb_and_is_the_instance_s_own(runtime, deploy, user, server, tmp_path):
    spec = deploy(
        """
        import os
        def main(event, context):
            before = os.listdir("/tmp")
            open("/tmp/kept", "w").close()
            return [before, os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize]
        """
    )
    outcomes = [runtime.invoke(spec, {}, user).result for _ in range(2)]
    (spec.directory / "changed").touch()
    outcomes.append(runtime.invoke(spec, {}, user).result)
    assert [("kept" in before, size) for before, size in outcomes] == [
        (False, 512 << 20),
        (True, 512 << 20),
        (False, 512 << 20),
    ]
    assert not any(tmp_path.name in before for before, _ in outcomes)


@pytest.mark.usefixtures("needs_view")
def test_a_function_sees_no_other_folder_of_the_machine(runtime, deploy, user):
    spec = deploy(LIST)
    assert runtime.invoke(spec, "/var", user).result == ["lang", "user"]
    assert runtime.invoke(spec, "/.machine", user).result == []
    here = str(Path(__file__).parent)
    assert "FileNotFoundError" in runtime.invoke(spec, here, user).failure.stack_trace


@pytest.mark.usefixtures("needs_view")
def test_what_functions_share_is_under_opt(runtime, deploy, user, shared):
    spec = deploy("import layer\ndef main(event, context): return layer.PLACE\n", shared=shared)
    assert runtime.invoke(spec, {}, user).result == "/opt/layer.py"


@pytest.mark.parametrize("is_isolated", [True, False])
def test_functions_can_use_the_store_together(start_runtime, deploy, user, tmp_path, is_isolated):
    store = tmp_path / "state" / "sessions.sqlite"
    store.parent.mkdir()
    runtime = start_runtime(is_isolated=is_isolated, store=store.parent)
    for code in (WRITE, WRITE + "# another function\n"):
        assert runtime.invoke(deploy(code), str(store), user).ok
    assert store.read_text() == "writtenwritten"


@pytest.mark.usefixtures("needs_view")
def test_a_variable_that_names_a_place_opens_none(start_runtime, deploy, user, tmp_path):
    (tmp_path / "ca.pem").write_text("a secret")
    runtime = start_runtime(variables=lambda *_: {"WX_SECRET": str(tmp_path / "ca.pem")})
    refused = runtime.invoke(deploy(LIST), str(tmp_path), user)
    assert "FileNotFoundError" in refused.failure.stack_trace


@pytest.mark.usefixtures("needs_view")
def test_code_is_seen_where_a_link_to_its_folder_was_deployed(runtime, deploy, user, tmp_path):
    spec = deploy("def main(event, context): return 'linked'\n")
    link = tmp_path / "link"
    link.symlink_to(spec.directory)
    assert runtime.invoke(deploy("", directory=link), {}, user).result == "linked"


@pytest.mark.parametrize("is_isolated", [True, False])
def test_a_function_inherits_no_descriptor_and_what_it_starts_none_of_its_own(start_runtime, deploy, user, is_isolated):
    spec = deploy(
        """
        import os, subprocess, sys
        LIST = "import os; print(len(os.listdir('/proc/self/fd')))"
        def main(event, context):
            mine = [fd for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)]
            return [len(mine), int(subprocess.check_output([sys.executable, "-c", LIST], close_fds=False))]
        """
    )
    with open(os.devnull) as ours:  # noqa: PTH123 - any open file will do
        os.set_inheritable(ours.fileno(), True)  # noqa: FBT003 - positional only
        mine, its_child = start_runtime(is_isolated=is_isolated).invoke(spec, {}, user).result
    assert its_child == 4  # stdin, stdout, stderr, and the folder it lists
    assert mine in {5, 6}  # and a pipe each way; where pipes cannot be followed by name, the folder it lists


@pytest.mark.usefixtures("needs_view")
def test_a_python_under_tmp_is_seen_though_tmp_is_not_and_a_folder_in_it_can_be_written_to(
    start_runtime, deploy, user, tmp_path
):
    venv.create(tmp_path / "venv", with_pip=False)
    store = tmp_path / "venv" / "state" / "store"
    store.parent.mkdir()
    runtime = start_runtime(interpreter=str(tmp_path / "venv" / "bin" / "python"), store=store.parent)
    assert runtime.invoke(deploy(LIST), str(tmp_path), user).result == ["venv"]
    assert runtime.invoke(deploy(WRITE), str(store), user).ok
    assert store.read_text() == "written"
    refused = runtime.invoke(deploy(WRITE), str(tmp_path / "venv" / "new"), user)
    assert "Read-only file system" in refused.failure.stack_trace


@pytest.mark.usefixtures("needs_view")
def test_a_runtime_tells_once_that_functions_have_a_view(start_runtime, deploy, user, caplog):
    runtime = start_runtime()
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            runtime.invoke(deploy(TELL), {}, user)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        (
            "INFO",
            TELLS_ALL,
        )
    ]


def test_a_runtime_tells_once_that_functions_have_none(blind, deploy, user, caplog):
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            blind.invoke(deploy(TELL), {}, user)
    ((level, told),) = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert level == "INFO"
    assert told.startswith("functions see this machine's folders and can write to their code; they see this machine's")
    assert told.endswith("(not asked for)")


def test_where_the_kernel_refuses_a_view_functions_run_without_and_that_is_a_warning(
    start_runtime, deploy, user, tmp_path, caplog
):
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{REFUSED}")
    python.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        told = start_runtime(interpreter=str(python)).invoke(deploy(TELL), {}, user)
    assert told.result[0]["USER_CODE_ROOT"] != "/var/user/"
    ((level, told),) = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert level == "WARNING"
    assert told.startswith("functions see this machine's folders and can write to their code; they see this machine's")


@pytest.mark.parametrize("is_isolated", [True, False])
def test_layers_are_at_opt_in_their_order(start_runtime, deploy, user, shared, is_isolated):
    tmp_path, layers = shared.parent, []
    for name, files in {"one": {"pkg/a.py": "A = 1", "both.py": "FROM = 1"}, "two": {"both.py": "FROM = 2"}}.items():
        layers.append(tmp_path / name)
        for file, text in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    code = "import both, layer, pkg.a\ndef main(event, context): return [both.FROM, pkg.a.A]\n"
    spec = deploy(code, shared=shared, bound_layers=tuple(layers))
    assert start_runtime(is_isolated=is_isolated).invoke(spec, {}, user).result == [2, 1]


@pytest.mark.usefixtures("needs_view")
def test_folders_of_several_layers_are_one_folder(runtime, deploy, user, tmp_path):
    layers = []
    for name in ("one", "two"):
        layers.append(tmp_path / name)
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / name).write_text(name)
    spec = deploy(LIST, bound_layers=tuple(layers))
    assert runtime.invoke(spec, "/opt/bin", user).result == ["one", "two"]


def test_a_change_of_a_layer_counts_at_the_next_invocation(runtime, deploy, user, tmp_path):
    file = tmp_path / "layer" / "told.py"
    file.parent.mkdir()
    spec = deploy("import told\ndef main(event, context): return told.IT\n", bound_layers=(file.parent,))
    for text in ("old", "newer"):
        file.write_text(f"IT = {text!r}\n")
        assert runtime.invoke(spec, {}, user).result == text
