"""Functions are made, changed and taken away through Tencent Cloud's API, and then run as they were uploaded."""

import json

import pytest
from tencent_cloud import RefusedError, zipped

from wxemu.scf import api_functions
from wxemu.scf.catalogue import DEFAULT_HANDLER
from wxemu.scf.project import load_project
from wxemu.state import seed

ANSWER = {"index.py": "def main(event, context):\n    return 'uploaded'\n"}


def test_the_projects_functions_are_listed(cloud):
    found = cloud.call("ListFunctions")
    assert found["TotalCount"] == 2
    assert [function["FunctionName"] for function in found["Functions"]] == ["fail", "greet"]
    for function in found["Functions"]:
        assert function["Status"] == "Active"
        assert function["Runtime"] == "Python3.11"
        assert function["Namespace"] == "env-demo"
        assert function["FunctionId"].startswith("lam-")


def test_a_list_is_told_in_pages(cloud):
    page = cloud.call("ListFunctions", Offset=1, Limit=1)
    assert (page["TotalCount"], [function["FunctionName"] for function in page["Functions"]]) == (2, ["greet"])


def test_a_list_can_be_searched(cloud):
    assert cloud.call("ListFunctions", SearchKey="ree")["TotalCount"] == 1


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ({"Offset": -1}, "InvalidParameterValue.Offset"),
        ({"Limit": -1}, "InvalidParameterValue.Limit"),
        ({"Limit": 101}, "InvalidParameterValue.Limit"),
        ({"Limit": "1"}, "InvalidParameter"),
        ({"Limit": True}, "InvalidParameter"),
        ({"Limit": 2**31}, "InvalidParameter"),
    ],
)
def test_a_page_that_cannot_be_is_refused(cloud, page, code):
    assert cloud.code_of_refusal("ListFunctions", **page) == code


def test_a_function_of_the_project_is_described(cloud):
    found = cloud.call("GetFunction", FunctionName="greet", ShowCode="TRUE")
    assert "def main(event, context):" in found["CodeInfo"]
    assert found["Environment"] == {"Variables": [{"Key": "WORD", "Value": "hello"}]}
    assert (found["Handler"], found["Timeout"], found["MemorySize"]) == ("index.main", 5, 256)
    assert found["CodeSize"] > 50


def test_code_is_shown_only_when_it_is_asked_for(cloud):
    assert cloud.call("GetFunction", FunctionName="greet")["CodeInfo"] == ""


def test_an_entry_file_that_is_not_there_is_not_shown(cloud):
    cloud.create("fresh", ANSWER, Handler="gone.main")
    assert cloud.call("GetFunction", FunctionName="fresh", ShowCode="TRUE")["CodeInfo"] == ""


def test_a_created_function_runs(cloud):
    variables = {"Variables": [{"Key": "NAME", "Value": "value"}]}
    code = "import os\ndef run(event, context):\n    return [os.environ['NAME'], context['memory_limit_in_mb']]\n"
    cloud.create("fresh", {"app.py": code}, Handler="app.run", Environment=variables, MemorySize=512, Timeout=7)
    assert json.loads(cloud.invoke("fresh")["RetMsg"]) == ["value", 512]
    found = cloud.call("GetFunction", FunctionName="fresh")
    assert (found["Timeout"], found["Environment"]) == (7, variables)
    assert "fresh" in cloud.names()


def test_a_created_function_has_scfs_defaults(cloud):
    cloud.call("CreateFunction", FunctionName="fresh", Runtime="Python3.9", Code={"ZipFile": zipped(ANSWER)})
    found = cloud.call("GetFunction", FunctionName="fresh")
    assert (found["Handler"], found["Timeout"], found["MemorySize"]) == (DEFAULT_HANDLER, 3, 128)


def test_times_are_told_in_chinas_time(cloud, clock):
    cloud.create("fresh", ANSWER)
    clock.advance(60)
    cloud.call("UpdateFunctionConfiguration", FunctionName="fresh", Description="later")
    found = cloud.call("GetFunction", FunctionName="fresh")
    assert (found["AddTime"], found["ModTime"]) == ("2023-11-15 06:13:20", "2023-11-15 06:14:20")
    assert found["Description"] == "later"


def test_a_function_is_created_once(cloud):
    cloud.create("fresh", ANSWER)
    with pytest.raises(RefusedError, match=r"^ResourceInUse\.FunctionName: "):
        cloud.create("fresh", ANSWER)


def test_a_function_of_the_project_exists_already(cloud):
    with pytest.raises(RefusedError, match=r"^ResourceInUse\.FunctionName: "):
        cloud.create("greet", ANSWER)


def test_uploaded_code_runs_instead_of_the_projects_folder(cloud, project):
    cloud.call("UpdateFunctionCode", FunctionName="greet", Code={"ZipFile": zipped(ANSWER)})
    (project / "functions/greet/index.py").write_text("def main(event, context):\n    return 'folder'\n")
    assert cloud.invoke("greet")["RetMsg"] == '"uploaded"'
    found = cloud.call("GetFunction", FunctionName="greet")
    assert found["Timeout"] == 5  # what was declared of it stays


def test_code_may_be_given_bare(cloud):
    cloud.call("UpdateFunctionCode", FunctionName="greet", ZipFile=zipped(ANSWER))
    assert cloud.invoke("greet")["RetMsg"] == '"uploaded"'


def test_new_code_is_live_at_once(cloud):
    cloud.create("fresh", ANSWER)
    assert cloud.invoke("fresh")["RetMsg"] == '"uploaded"'
    again = {"app.py": "def main(event, context):\n    return 'again'\n"}
    cloud.call("UpdateFunctionCode", FunctionName="fresh", Handler="app.main", Code={"ZipFile": zipped(again)})
    assert cloud.invoke("fresh")["RetMsg"] == '"again"'


def test_every_way_to_call_reaches_uploaded_code(cloud, new_phone):
    cloud.call("UpdateFunctionCode", FunctionName="greet", Code={"ZipFile": zipped(ANSWER)})
    assert new_phone("none").do("callFunction", name="greet", data={})["result"] == "uploaded"


def test_variables_are_replaced_as_a_whole(cloud):
    cloud.call(
        "UpdateFunctionConfiguration",
        FunctionName="greet",
        Environment={"Variables": [{"Key": "WORD", "Value": "bye"}]},
        Timeout=9,
    )
    assert json.loads(cloud.invoke("greet", {"who": "you"})["RetMsg"]) == {"said": "bye", "to": "you"}
    cloud.call("UpdateFunctionConfiguration", FunctionName="greet", Environment={"Variables": []})
    assert cloud.call("GetFunction", FunctionName="greet")["Environment"] == {"Variables": []}
    assert cloud.call("GetFunction", FunctionName="greet")["Timeout"] == 9


def test_a_function_configured_here_still_runs_the_projects_folder(cloud, project):
    cloud.call("UpdateFunctionConfiguration", FunctionName="greet", Timeout=9)
    (project / "functions/greet/index.py").write_text("def main(event, context):\n    return 'folder'\n")
    assert cloud.invoke("greet")["RetMsg"] == '"folder"'
    declared = "envId: env-demo\nfunctions: [{name: fail, runtime: Python3.11}]\n"
    (project / "cloudbaserc.yaml").write_text(declared)
    assert cloud.names() == ["fail"]


def test_a_deleted_function_is_gone(cloud):
    cloud.create("fresh", ANSWER)
    cloud.call("DeleteFunction", FunctionName="fresh")
    assert "fresh" not in cloud.names()
    assert cloud.code_of_refusal("Invoke", FunctionName="fresh") == "ResourceNotFound.FunctionName"


def test_a_deleted_function_of_the_project_is_gone_until_the_state_is_reset(cloud, control):
    cloud.call("DeleteFunction", FunctionName="greet")
    assert cloud.names() == ["fail"]
    control.post("state/reset")
    assert cloud.names() == ["fail", "greet"]


def test_a_deleted_function_can_be_created_again(cloud):
    cloud.call("DeleteFunction", FunctionName="greet")
    cloud.create("greet", ANSWER)
    assert cloud.invoke("greet")["RetMsg"] == '"uploaded"'


@pytest.mark.parametrize(
    "action",
    ["GetFunction", "DeleteFunction", "UpdateFunctionConfiguration", "UpdateFunctionCode", "Invoke", "InvokeFunction"],
)
def test_a_function_that_is_not_there_is_not_found(cloud, action):
    given = {"FunctionName": "nothing", "Code": {"ZipFile": zipped(ANSWER)}}
    assert cloud.code_of_refusal(action, **given) == "ResourceNotFound.FunctionName"


def test_an_environment_has_functions_of_its_own(cloud, other_cloud):
    cloud.create("fresh", ANSWER)
    other = other_cloud.call("ListFunctions", Namespace="env-other")
    assert "fresh" not in [function["FunctionName"] for function in other["Functions"]]


def test_functions_are_kept_with_the_state(open_world, serve, tmp_path, project, world_seed):
    state = tmp_path / "state"
    first = open_world(state)
    seed.load(first, world_seed)
    with first.transaction():
        api_functions.delete(first, "env-demo", "greet")
    again = open_world(state)
    shown = serve(again, project).get("/emulator/v1/functions").json["functions"]
    assert [function["name"] for function in shown] == ["fail"]


def test_without_a_project_uploaded_functions_are_all_there_are(world, serve, cloud):
    cloud.http = serve(world)
    assert cloud.names() == []
    cloud.create("fresh", ANSWER)
    assert cloud.invoke("fresh")["RetMsg"] == '"uploaded"'


SHARED = "import words\ndef main(event, context):\n    return words.WORD\n"


def test_a_package_without_what_the_project_shares_finds_it(cloud):
    cloud.create("fresh", {"index.py": SHARED})
    assert cloud.invoke("fresh")["RetMsg"] == '"shared"'


def test_a_package_that_brings_its_own_keeps_it(cloud, project):
    (project / "functions/_shared/more.py").write_text("")
    cloud.create("fresh", {"index.py": f"import words, more\n{SHARED}", "words.py": "WORD = 'own'\n"})
    assert "No module named 'more'" in cloud.invoke("fresh")["ErrMsg"]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (None, ["soter.verifySignature"]),
        ('{"permissions": {"openapi": ["a.b"]}}', ["a.b"]),
        ('{"permissions": {"openapi": []}}', []),
        ("[1]", ["soter.verifySignature"]),
        ("[" * 100_000, ["soter.verifySignature"]),
    ],
    ids=["none", "its own", "nothing", "another file of that name", "deep"],
)
def test_a_packages_config_json_tells_its_permissions_over_the_projects(cloud, control, config, expected):
    cloud.create("fresh", ANSWER if config is None else {**ANSWER, "config.json": config})
    shown = {function["name"]: function["openapi"] for function in control.get("functions")["functions"]}
    assert shown["fresh"] == expected


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"FunctionName": "1st"}, "InvalidParameterValue.FunctionName"),
        ({"FunctionName": None}, "MissingParameter"),
        ({"FunctionName": "\ud800"}, "InvalidParameter"),
        ({"Runtime": None}, "MissingParameter.Runtime"),
        ({"Runtime": "Python9.9"}, "InvalidParameterValue.Runtime"),
        ({"Handler": "../index.main"}, "InvalidParameterValue.Handler"),
        ({"Handler": "index"}, "InvalidParameterValue.Handler"),
        ({"Timeout": 0}, "LimitExceeded.Timeout"),
        ({"Timeout": 901}, "LimitExceeded.Timeout"),
        ({"MemorySize": 63}, "InvalidParameterValue.MemorySize"),
        ({"MemorySize": 3073}, "InvalidParameterValue.MemorySize"),
        ({"Description": "x" * 1001}, "InvalidParameterValue.Description"),
        ({"Environment": []}, "InvalidParameter"),
        ({"Environment": {"Variables": {}}}, "InvalidParameter"),
        ({"Environment": {"Variables": ["x"]}}, "InvalidParameter"),
        ({"Environment": {"Variables": [{"Key": "AB"}]}}, "MissingParameter"),
        ({"Environment": {"Variables": [{"Key": "AB", "Value": 1}]}}, "InvalidParameter"),
        ({"Environment": {"Variables": [{"Key": "1A", "Value": ""}]}}, "InvalidParameterValue.Environment"),
        ({"Environment": {"Variables": [{"Key": "AB", "Value": "\0"}]}}, "InvalidParameterValue.Environment"),
        (
            {"Environment": {"Variables": [{"Key": "SCF_A", "Value": ""}]}},
            "InvalidParameterValue.EnvironmentSystemProtect",
        ),
        (
            {"Environment": {"Variables": [{"Key": "AB", "Value": "x" * 4095}]}},
            "InvalidParameterValue.EnvironmentExceededLimit",
        ),
        ({"Code": None}, "MissingParameter.Code"),
        ({"Code": {"CosObjectName": "x"}}, "InvalidParameterValue.Code"),
        ({"Code": {"ZipFile": "no base64"}}, "InvalidParameterValue.ZipFileBase64BinasciiError"),
        ({"Code": {"ZipFile": "bm8gemlw"}}, "InvalidParameterValue.ZipFile"),
        ({"Code": {"TempCosObjectName": "/2026-11-20/nothing"}}, "ResourceNotFound.CosObject"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_what_scf_does_not_take_is_refused(cloud, wrong, code):
    given = {"FunctionName": "fresh", "Runtime": "Python3.11", "Code": {"ZipFile": zipped(ANSWER)}, **wrong}
    assert cloud.code_of_refusal("CreateFunction", **given) == code
    assert cloud.names() == ["fail", "greet"]


@pytest.mark.parametrize(
    "runtime",
    [
        *("python3.9", "Python 3.10", "PYTHON3.11", "Python3.8", "Python3", "Python3.11 ", "nodejs18.15", "Nodejs"),
        *("Python2.7", "Python3.7", "Nodejs16.13", "Php7.4", "Go1", "CustomRuntime", "customruntime", "Ruby3.2"),
    ],
)
def test_a_runtime_is_judged_in_a_folder_as_by_the_api(cloud, tmp_path, runtime):
    (tmp_path / "functions/fresh").mkdir(parents=True)
    declared = {"envId": "env-demo", "functions": [{"name": "fresh", "runtime": runtime}]}
    (tmp_path / "cloudbaserc.json").write_text(json.dumps(declared))
    if load_project(tmp_path, {}).functions["fresh"].problem is None:
        cloud.create("fresh", ANSWER, Runtime=runtime)
    else:
        given = {"FunctionName": "fresh", "Runtime": runtime, "Code": {"ZipFile": zipped(ANSWER)}}
        assert cloud.code_of_refusal("CreateFunction", **given) == "InvalidParameterValue.Runtime"


def test_variables_of_4_kb_are_taken(cloud):
    cloud.create("fresh", ANSWER, Environment={"Variables": [{"Key": "AB", "Value": "x" * 4094}]})


def test_a_function_in_another_language_is_kept_and_cannot_run_here(cloud):
    cloud.create("fresh", {"index.js": ""}, Runtime="Nodejs18.15")
    assert "only Python is" in cloud.invoke("fresh")["ErrMsg"]


def test_no_refusal_shows_a_variables_value(cloud):
    secret = {"Variables": [{"Key": "WX_SECRET", "Value": "s3cret" * 1000}]}
    with pytest.raises(RefusedError) as refused:
        cloud.call("UpdateFunctionConfiguration", FunctionName="greet", Environment=secret)
    assert "s3cret" not in refused.value.message


def test_an_uploaded_http_function_runs_its_server(cloud, http):
    app = "from http.server import *\nHTTPServer(('0.0.0.0', 9000), SimpleHTTPRequestHandler).serve_forever()\n"
    bootstrap = "#!/bin/sh\nexec /var/lang/python311/bin/python3 app.py\n"
    cloud.create("served", {"app.py": app, "scf_bootstrap": bootstrap, "told.txt": "it is"}, Type="HTTP")
    assert cloud.call("GetFunction", FunctionName="served")["Type"] == "HTTP"
    assert http.get("/http/env-demo/served/told.txt").text == "it is"


def test_a_type_that_no_function_has_is_refused(cloud):
    code = {"ZipFile": zipped(ANSWER)}
    found = cloud.code_of_refusal("CreateFunction", FunctionName="fresh", Runtime="Python3.9", Code=code, Type="Web")
    assert found == "InvalidParameterValue.Type"


def test_a_project_that_cannot_be_read_is_told(cloud, project):
    (project / "cloudbaserc.yaml").write_text("envId: [")
    with pytest.raises(RefusedError, match=r"^FailedOperation: .*cloudbaserc\.yaml:"):
        cloud.call("ListFunctions")


def test_a_package_is_not_unpacked_for_a_function_that_may_not_be_made(cloud, tmp_path):
    with pytest.raises(RefusedError):
        cloud.create("greet", ANSWER)
    assert not (tmp_path / "packages").exists()


def test_the_journal_keeps_no_code_and_no_variables(cloud, control):
    cloud.create("fresh", ANSWER, Environment={"Variables": [{"Key": "WX_SECRET", "Value": "s3cret"}]})
    latest = control.exchanges[0]
    assert (latest["face"], latest["name"]) == ("tencentcloud", "CreateFunction")
    assert json.loads(latest["request_body"]) == {"FunctionName": "fresh", "Namespace": "env-demo"}
    assert "s3cret" not in json.dumps(control.exchanges)
