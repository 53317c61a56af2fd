"""What a project folder deploys, and what is said about one that cannot be read."""

import json
from pathlib import Path

import pytest

from wxemu.scf.project import ProjectError, load_project
from wxemu.scf.project.keys import FUNCTION_KEYS, PROJECT_KEYS

ONE_FUNCTION = "envId: env-demo\nfunctions:\n  - name: login\n    runtime: Python3.11\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "functions" / "login").mkdir(parents=True)
    return tmp_path


def write(folder, text, name="cloudbaserc.yaml"):
    (folder / name).write_text(text, "utf-8")


def load(folder, text, environ=None, name="cloudbaserc.yaml"):
    write(folder, text, name)
    return load_project(folder, environ or {})


def refusal(folder, text, name="cloudbaserc.yaml"):
    """Why the project, or its one broken function, cannot run."""
    try:
        project = load(folder, text, name=name)
    except ProjectError as refused:
        return refused
    ((function, (error,)),) = project.problems.items()
    if function in project.functions:
        assert project.functions[function].problem == error.message
    return error


def login(folder, keys="", environ=None):
    return load(folder, ONE_FUNCTION + keys, environ).functions["login"]


def test_a_function_gets_the_defaults_of_the_cli(folder):
    project = load(folder, ONE_FUNCTION)
    spec = project.functions["login"]
    assert (project.directory, project.env_id) == (folder.resolve(), "env-demo")
    assert (spec.name, spec.runtime, spec.directory) == ("login", "Python3.11", folder / "functions" / "login")
    assert (spec.handler, spec.timeout_seconds, spec.memory_megabytes) == ("index.main", 10, 256)
    assert (spec.shared, dict(spec.environment), spec.openapi_permissions) == (None, {}, frozenset())


def test_a_function_s_own_keys_are_read_in_any_case_but_for_the_handler(folder):
    spec = login(folder, "    TIMEOUT: 3\n    memorysize: 128\n    handler: app.run\n    Handler: app.other\n")
    assert (spec.handler, spec.timeout_seconds, spec.memory_megabytes) == ("app.run", 3, 128)


def test_default_config_is_merged_deep_and_the_function_wins(folder):
    defaults = "functionDefaultConfig: {timeout: 5, MemorySize: 512, envVariables: {KEPT: all, SET: all}}\n"
    own = "    memorySize: 64\n    envVariables: {SET: own}\n"
    spec = load(folder, defaults + ONE_FUNCTION + own).functions["login"]
    assert (spec.timeout_seconds, spec.memory_megabytes) == (5, 64)
    assert spec.environment == {"KEPT": "all", "SET": "own"}


def test_function_root_and_dir_say_where_the_code_is(folder):
    (folder / "cloud" / "a1").mkdir(parents=True)
    (folder / "elsewhere").mkdir()
    config = (
        "envId: e\nfunctionRoot: cloud\nfunctions:\n"
        "  - {name: a1, runtime: Python3.11}\n  - {name: b1, runtime: Python3.11, dir: elsewhere}\n"
    )
    functions = load(folder, config).functions
    assert functions["a1"].directory == folder / "cloud" / "a1"
    assert functions["b1"].directory == folder / "elsewhere"


def test_the_shared_folder_of_the_function_root_belongs_to_every_function(folder):
    (folder / "functions" / "_shared").mkdir()
    assert login(folder).shared == folder / "functions" / "_shared"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cloudbaserc", ONE_FUNCTION),
        ("cloudbaserc.yml", ONE_FUNCTION),
        (
            "cloudbaserc.json",
            json.dumps({"envId": "env-demo", "functions": [{"name": "login", "runtime": "Python3.11"}]}),
        ),
    ],
)
def test_every_name_of_the_configuration_is_found(folder, name, text):
    assert load(folder, text, name=name).functions.keys() == {"login"}


def test_json_wins_over_yaml(folder):
    write(folder, '{"envId": "from-json"}', "cloudbaserc.json")
    assert load(folder, "envId: from-yaml").env_id == "from-json"


def test_a_project_may_have_no_functions(folder):
    (folder / "functions" / "login").rmdir()
    assert load(folder, "envId: env-demo").functions == {}


def test_without_functions_each_folder_is_one_of_node_js_as_the_cli_has_it(folder):
    (folder / "functions" / "_shared").mkdir()
    (folder / "functions" / ".git").mkdir()
    project = load(folder, "envId: env-demo\nfunctionDefaultConfig: {runtime: Python3.11}")
    spec = project.functions["login"]
    assert (spec.runtime, spec.timeout_seconds, len(project.functions)) == ("Nodejs18.15", 15, 1)
    assert "no functions are declared" in str(project.remarks[0])


def test_templates_are_filled_from_env_files_and_the_environment_in_this_order(folder):
    (folder / ".env").write_text("A1=env\nB1=env\nC1=env\n")
    (folder / ".env.local").write_text("B1=local\nC1=local\n")
    keys = "    envVariables: {A1: '{{env.A1}}', B1: '{{ env.B1 }}', C1: '<{{env.C1}}>', D1: '{{env.D1}}'}\n"
    spec = login(folder, keys, {"C1": "process"})
    assert spec.environment == {"A1": "env", "B1": "local", "C1": "<process>", "D1": ""}


def test_the_templates_that_nobody_fills_are_told_with_their_keys(folder):
    keys = "    envVariables: {A1: '<{{env.A1}}>', B1: '{{env.B1}} {{env.C1}}', ID: '{{tcb.envId}}'}\n"
    unset = load(folder, ONE_FUNCTION + keys + "    layers: ['{{x}}']\n", {"B1": ""}).unset
    assert unset == (("env.A1", "A1"), ("env.C1", "B1"), ("x", "layers"))


def test_a_project_names_the_files_that_make_it(folder):
    files = load(folder, ONE_FUNCTION).files
    assert {folder / name for name in ("cloudbaserc.yaml", "cloudbaserc.json", ".env", "config.json")} < set(files)
    assert folder / "functions" / "login" / "config.json" in files


def test_env_files_are_read_as_the_cli_s_dotenv_reads_them(folder):
    lines = (
        "# all",
        "A1=plain # kept",
        "B1='single # kept'",
        'C1="double"',
        "D1=",
        "E1 = spaced ",
        "export F1=a",
        "G1=a=b",
    )
    (folder / ".env").write_text("\n".join(lines))
    names = ("A1", "B1", "C1", "D1", "E1", "F1", "G1")
    keys = "    envVariables:\n" + "".join(f"      {name}: '{{{{env.{name}}}}}'\n" for name in names)
    expected = ["plain # kept", "single # kept", "double", "", "spaced", "", "a=b"]
    assert list(login(folder, keys).environment.values()) == expected


def test_the_env_id_can_be_a_template_and_others_show_it_unfilled(folder):
    config = ONE_FUNCTION.replace("env-demo", "'{{env.TCB}}-1'")
    config += "    envVariables: {ID: '{{tcb.envId}}', ENV: '{{env.ENV_ID}}', UID: '{{util.uid}}'}\n"
    project = load(folder, config, {"TCB": "test"})
    variables = project.functions["login"].environment
    assert project.env_id == "test-1"
    assert variables["ID"] == variables["ENV"] == "{{env.TCB}}-1"
    assert variables["UID"]


def test_a_project_read_twice_is_the_same_project(folder):
    keys = "    envVariables: {UID: '{{util.uid}}'}\n"
    assert login(folder, keys) == login(folder, keys)


def test_yaml_is_read_as_1_2_where_yes_and_dates_are_text(folder):
    keys = "    envVariables: {NO: yes, WHEN: 2020-01-01, LONG: 1:30, AT: 1e3x}\n"
    assert login(folder, keys).environment == {"NO": "yes", "WHEN": "2020-01-01", "LONG": "1:30", "AT": "1e3x"}


@pytest.mark.parametrize("scalar", ["~", "null", "", "true", "False", "-7", "0x1F", "1.5", ".5", "1e3", "+1.e-2"])
def test_what_yaml_1_2_takes_for_no_text_must_be_quoted(folder, scalar):
    problem = str(login(folder, f"    envVariables:\n      VALUE: {scalar}\n").problem)
    assert "VALUE of the function login to be text" in problem
    assert login(folder, f"    envVariables:\n      VALUE: '{scalar}x'\n").environment == {"VALUE": f"{scalar}x"}


def test_text_that_is_json_of_a_number_stays_text(folder):
    assert login(folder, "    envVariables: {PORT: '8080', YES: 'true'}\n").environment == {
        "PORT": "8080",
        "YES": "true",
    }


def test_the_values_of_variables_stay_out_of_the_repr(folder):
    assert "hunter2" not in repr(login(folder, "    envVariables: {WX_SECRET: hunter2}\n"))


def own(keys):
    """The project's one function with these keys of its own."""
    return f"{ONE_FUNCTION}    {keys}\n"


REFUSED = {
    "a list at the top": ("- envId", None, "the file to be a table", "found a list"),
    "bad YAML": ("envId: e\nfunctions: [\n", 3, "expected YAML", "found a mistake ("),
    "no envId": ("functions: []", None, "envId to be the id of a CloudBase environment", "found nothing"),
    "an envId that renders to nothing": (
        "envId: '{{env.NONE}}'",
        1,
        "found {{env.NONE}}, which renders to an empty text",
        "set env.NONE, in .env or in the environment, or name the id with --env-id",
    ),
    "an envId that is a number": ("envId: 7", 1, "envId to be the id", "found a number"),
    "functions that are text": ("envId: e\nfunctions: all", 2, "functions to be a list", "found a text"),
    "a function that is no table": ("envId: e\nfunctions:\n  - login", 3, "functions.0 to be a table", "found a text"),
    "a default that is no table": (
        "functionDefaultConfig: 3\n" + ONE_FUNCTION,
        1,
        "functionDefaultConfig to be a table",
        "found a number",
    ),
    "a function without a name": (
        "envId: e\nfunctions:\n  - {}",
        3,
        "functions.0.name to be a letter",
        "found nothing",
    ),
    "a name that leaves the folder": (
        "envId: e\nfunctions:\n  - name: ../x",
        3,
        "functions.0.name to be",
        "found '../x'",
    ),
    "a function without a folder": (
        "envId: e\nfunctions:\n  - name: gone\n",
        3,
        "functions.0.name of the function gone to be that of a folder that is there",
        "functions/gone, found none; make it",
    ),
    "a dir that is not there": (own("dir: x"), 5, "functions.0.dir of the function login to be", "make it"),
    "an unknown runtime": (
        "envId: e\nfunctions:\n  - name: login\n    runtime: python3.9\n",
        4,
        "functions.0.runtime of the function login to be one that SCF has",
        "found 'python3.9'; write it as Python3.11",
    ),
    "two of one name": (
        ONE_FUNCTION + ONE_FUNCTION[ONE_FUNCTION.index("  - ") :],
        5,
        "no other function has",
        "rename",
    ),
    "a timeout of text": (own("timeout: '3'"), 5, "a whole number from 1 to 900", "found a text"),
    "a timeout too long": (own("timeout: 901"), 5, "a whole number from 1 to 900", "found 901"),
    "a timeout of true": (own("timeout: true"), 5, "a whole number from 1 to 900", "found true"),
    "a timeout of nothing": (own("timeout: 0"), 5, "a whole number from 1 to 900", "within the limits"),
    "a timeout in config": (own("config: {timeout: '3'}"), 5, "functions.0.config.timeout of the", "found a text"),
    "a timeout in the defaults": (
        "functionDefaultConfig: {timeout: [3]}\n" + ONE_FUNCTION,
        1,
        "functionDefaultConfig.timeout of the function login",
        "found a list",
    ),
    "too little memory": (own("memorySize: 32"), 5, "a whole number from 64 to 3072", "found 32"),
    "a handler of a number": (own("handler: 7"), 5, "functions.0.handler of the function login to be text", "quote"),
    "a variable of a number": (own("envVariables: {PORT: 80}"), 5, "PORT of the function login to be text", "quote"),
    "a variable that is JSON": (own("envVariables: {AA: '[1]'}"), 5, "AA of the function login", "found a list"),
    "a variable that is null": (own("envVariables: {AA: 'null'}"), 5, "AA of the function login", "found nothing"),
    "a variable with NUL": (own('envVariables: {AA: "a\\0b"}'), 5, "to be text without NUL", "found a text with NUL"),
    "too many variables": (
        own(f"envVariables: {{AA: {'x' * 2000}, BB: {'x' * 2093}}}"),
        5,
        "up to 4096 bytes of names and values in functions.0.envVariables of the function login",
        "keep what is longer in a file of the function",
    ),
    "a reserved variable": (own("envVariables: {SCF_X: a}"), 5, "SCF_X of the function login to be named", "rename it"),
    "a variable of one letter": (own("envVariables: {A: a}"), 5, "to be named with 2 to 64", "rename it"),
    "variables that are no table": (own("envVariables: [a]"), 5, "envVariables of the function login", "a list"),
    "a quote in a variable's value": (own("envVariables: {AA: '{{env.QUOTED}}'}"), None, "a quote", "in env.QUOTED"),
    "a section that does not end": (own("handler: '{{#env.QUOTED}}x'"), None, "the section {{#env.QUOTED}}", "end"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_cli_or_scf_would_not_take_is_told_with_its_line(folder, case):
    text, line, *told = REFUSED[case]
    write(folder, 'QUOTED=a"b\n', ".env")
    error = refusal(folder, text)
    assert (error.file, error.line) == (folder / "cloudbaserc.yaml", line)
    for part in told:
        assert part in str(error)


def test_a_folder_without_a_configuration_is_no_project(folder):
    with pytest.raises(ProjectError, match=r"expected one of cloudbaserc, .*, found none"):
        load_project(folder, {})


def test_bad_json_is_told_with_its_line(folder):
    with pytest.raises(ProjectError, match=r"cloudbaserc.json:2: expected JSON") as caught:
        load(folder, '{\n"envId": }', name="cloudbaserc.json")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ('{"envId": "e", // mine\n"functions": []}', 1, "a comment, which JSON does not have"),
        ('{\n/* all of them */\n"envId": "e"}', 2, "a comment, which JSON does not have"),
        ('{"envId": "e",\n"functions": [] # mine\n}', 2, "a mistake"),
        ('\ufeff{"envId": "e"}', 1, "a byte order mark"),
    ],
)
def test_what_people_write_into_json_and_the_cli_refuses_is_told(folder, text, line, found):
    with pytest.raises(ProjectError, match=f"expected JSON, found {found}") as caught:
        load(folder, text, name="cloudbaserc.json")
    assert caught.value.line == line


def test_json_indented_by_tabs_is_read_and_its_errors_have_no_line(folder):
    with pytest.raises(ProjectError, match="envId to be the id") as caught:
        load(folder, '{\n\t"envId": 7\n}', name="cloudbaserc.json")
    assert caught.value.line is None


def test_a_lone_surrogate_is_no_text_for_a_variable(folder):
    function = {"name": "login", "runtime": "Python3.11", "envVariables": {"AA": "\ud800"}}
    text = json.dumps({"envId": "e", "functions": [function]})
    assert "to be text without NUL" in str(refusal(folder, text, "cloudbaserc.json"))


def test_bytes_that_are_no_text_are_told(folder):
    (folder / "cloudbaserc.yaml").write_bytes(b"envId: \xff\n")
    with pytest.raises(ProjectError, match="bytes that are no text"):
        load_project(folder, {})


def test_a_refused_value_is_not_repeated(folder):
    assert "hunter2" not in str(login(folder, "    envVariables: {WX_SECRET: '[\"hunter2\"]'}\n").problem)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("vpc: {vpcId: a, subnetId: b}", "vpc of login"),
        ("memory: 512", "memory of login"),
        ("Handler: a.b", "Handler of login"),
        ("Triggers: [{name: a, type: timer, config: '0 * * * * * *'}]", "Triggers of login"),
    ],
)
def test_keys_that_are_not_emulated_are_one_remark(folder, keys, told):
    (remark,) = map(str, load(folder, own(keys)).remarks)
    assert remark == f"{folder}/cloudbaserc.yaml: these are not emulated: {told}; docs/functions.md lists all keys"


def test_keys_that_change_no_answer_are_not_remarked(folder):
    text = "version: '2.1'\n" + own("installDependency: true\n    Description: x\n    TYPE: event\n    ignore: [a]")
    assert load(folder, text).remarks == ()


def test_every_key_is_in_the_documentation():
    documented = Path(__file__).parents[3].joinpath("docs/functions.md").read_text("utf-8")
    for keys in (PROJECT_KEYS, FUNCTION_KEYS):
        for standing in set(keys.values()):
            names = ", ".join(f"`{key}`" for key, of in keys.items() if of == standing)
            assert f"| {standing} | {names} |" in documented
