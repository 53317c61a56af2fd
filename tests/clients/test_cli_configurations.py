"""What ``tcb fn deploy``, unmodified, makes of a configuration, and what the emulator reads in the same folder."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416 import models
from tencentcloud.scf.v20180416.scf_client import ScfClient

from wxemu.scf.project import NO_OPTIONS, CliOptions, ProjectError, load_project
from wxemu.scf.project.keys import FUNCTION_KEYS

if TYPE_CHECKING:
    from pathlib import Path

# The SDK leaves sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
]
VARIABLES = {"MYHOST": "h.example.com", "MYLIST": '["a"]', "QUOTED": 'a"b', "SLASHED": "a\\tb", "EMPTY": ""}
"""The environment that both of them are in."""
PY = '"runtime":"Python3.11"'


def functions(*entries: str, **top: object) -> dict[str, str]:
    """A cloudbaserc.json with these functions."""
    rest = "".join(f',"{key}":{json.dumps(value)}' for key, value in top.items())
    return {"cloudbaserc.json": f'{{"envId":"env-demo","functions":[{",".join(entries)}]{rest}}}'}


def variable(text: str, **files: str) -> dict[str, str]:
    """One function with a variable of this text."""
    return {**functions(f'{{"name":"app",{PY},"envVariables":{{"AKEY":{json.dumps(text)}}}}}'), **files}


APP = f'{{"name":"app",{PY}}}'
NODE = '{"name":"app"}'
YAML = "envId: env-demo\nfunctions:\n  - name: app\n    runtime: Python3.11\n"
ENTRIES: dict[str, str] = {
    "no more than a name": "",
    "a runtime": PY,
    "all keys": PY + ',"handler":"index.go","timeout":7,"memorySize":512',
    "the function's config over its entry": (
        '"handler":"index.main_handler","timeout":3,'
        '"config":{"timeout":7,"runtime":"Python3.11","memorySize":512,"envVariables":{"AKEY":"v"}}'
    ),
    "a config beside the runtime": PY + ',"config":{"timeout":9,"handler":"a.b"}',
    "variables in both, of which config's stay": PY + ',"envVariables":{"AA":"1"},"config":{"envVariables":{"BB":"2"}}',
    "an empty config": PY + ',"config":{}',
    "a config of text": PY + ',"config":"x"',
    "keys in another case": '"Runtime":"Python3.11","TIMEOUT":6,"memorysize":128',
    "a handler in another case": PY + ',"Handler":"a.b"',
    "variables in another case": PY + ',"EnvVariables":{"AA":"1"}',
    "one key in two cases": PY + ',"timeout":6,"Timeout":8',
    "an empty handler": PY + ',"handler":""',
    "no handler": PY + ',"handler":null',
    "a folder of its own": PY + ',"dir":"other/app"',
    "an empty folder of its own": PY + ',"dir":""',
    "a runtime that there is not": '"runtime":"Python9.9"',
    "a runtime in small letters": '"runtime":"python3.9"',
    "a runtime with a space": '"runtime":"Python 3.10"',
    "an empty runtime": '"runtime":""',
    "too long a time": PY + ',"timeout":901',
    "too little memory": PY + ',"memorySize":32',
    "a reserved variable": PY + ',"envVariables":{"SCF_X":"1"}',
    "keys that are not known": PY + ',"memory":512,"aclRule":{"invoke":true}',
    "variables without any": PY + ',"envVariables":{}',
}
"""Functions of one configuration, by what is odd about each: what stands behind its name."""
TEMPLATES: dict[str, str] = {
    "three braces": "https://{{{env.MYHOST}}}/x",
    "two braces": "https://{{ env.MYHOST }}/x",
    "an ampersand": "{{& env.MYHOST}}",
    "a comment": "a{{! said }}b",
    "a section of what is set": "{{#env.MYHOST}}<{{.}}>{{/env.MYHOST}}",
    "a section of what is not": "{{#env.NONE}}no{{/env.NONE}}{{^env.NONE}}yes{{/env.NONE}}",
    "a section of what is empty": "{{#env.EMPTY}}no{{/env.EMPTY}}{{^env.EMPTY}}yes{{/env.EMPTY}}",
    "a section of a table": "{{#env}}{{MYHOST}}{{/env}}",
    "other tags": "{{=<% %>=}}<% env.MYHOST %>{{env.MYHOST}}<%={{ }}=%>",
    "a partial": "a{{> env.MYHOST}}b",
    "what nobody sets": "a{{env.NONE}}b{{none}}c",
    "the environment's id": "{{tcb.envId}} {{env.ENV_ID}}",
    "text that is JSON of a number": "80",
    "a backslash in a variable": "{{env.SLASHED}}",
}
"""Variables of one function, by what is odd about each."""
# By what is odd about it: the files of a project. `app` and `bee` are folders in `functions`, and `other/app`.
CONFIGURATIONS: dict[str, dict[str, str]] = {
    "a config in the defaults": functions(APP, functionDefaultConfig={"config": {"timeout": 9}, "timeout": 8}),
    "defaults": functions(
        NODE,
        f'{{"name":"bee",{PY},"timeout":4}}',
        functionDefaultConfig={"timeout": 5, "runtime": "Python3.9", "handler": "d.e"},
    ),
    "defaults of variables": functions(
        f'{{"name":"app",{PY},"envVariables":{{"AA":"1"}}}}',
        functionDefaultConfig={"envVariables": {"AA": "0", "BB": "2"}},
    ),
    "defaults in another case": functions(
        f'{{"name":"app",{PY},"timeout":4}}', functionDefaultConfig={"Timeout": 5, "MEMORYSIZE": 512}
    ),
    "defaults against config": functions(
        f'{{"name":"app",{PY},"config":{{"timeout":6}}}}', functionDefaultConfig={"timeout": 5, "memorySize": 640}
    ),
    "a root": functions(APP, functionRoot="other"),
    "a root with a dot": functions(APP, functionRoot="./other/"),
    "an empty root": functions(APP, functionRoot=""),
    "no root": functions(APP, functionRoot=None),
    "a root from /": functions(APP, functionRoot="/other"),
    "a missing folder beside a sound one": functions(APP, f'{{"name":"gone",{PY}}}'),
    "no functions": {"cloudbaserc.json": '{"envId":"env-demo"}'},
    "an empty list of functions": functions(),
    "functions that are an object": {"cloudbaserc.json": f'{{"envId":"env-demo","functions":{{"app":{APP}}}}}'},
    "no functions in another root": {"cloudbaserc.json": '{"envId":"env-demo","functionRoot":"other"}'},
    "no functions, and defaults": {
        "cloudbaserc.json": '{"envId":"env-demo","functionDefaultConfig":{"runtime":"Python3.11","timeout":5}}'
    },
    "no folder of functions": {"cloudbaserc.json": '{"envId":"env-demo","functionRoot":"none"}'},
    "text that becomes a list": variable("{{env.MYLIST}}"),
    "a quote in a variable": variable("{{env.QUOTED}}"),
    "a tag that does not end": variable("{{env.MYHOST"),
    "a section that does not end": variable("{{#env.MYHOST}}x"),
    "an id of the environment by a template": {
        **functions(f'{{"name":"app",{PY},"envVariables":{{"AA":"{{{{tcb.envId}}}}","BB":"{{{{env.ENV_ID}}}}"}}}}'),
        "cloudbaserc.yaml": "",
        ".env": "TCB=env\n",
    }
    | {
        "cloudbaserc.json": f'{{"envId":"{{{{env.TCB}}}}-demo","functions":[{{"name":"app",{PY},'
        '"envVariables":{"AA":"{{tcb.envId}}","BB":"{{env.ENV_ID}}"}}]}'
    },
    "an .env file": variable("{{env.ONE}}", **{".env": "ONE=a # b\n"}),
    "two .env files": variable("{{env.ONE}}{{env.TWO}}", **{".env": "ONE=a\nTWO=b", ".env.local": "TWO='c d'\n"}),
    "an .env file that exports": variable("{{env.ONE}}", **{".env": "export ONE=a\n"}),
    "an .env file with quotes": variable("{{env.ONE}}", **{".env": 'ONE = "a b" \n'}),
    "an .env file against the environment": variable("{{env.MYHOST}}", **{".env": "MYHOST=x\n"}),
    "YAML": {"cloudbaserc.yaml": YAML},
    "YAML without an ending": {"cloudbaserc": YAML},
    "YAML that ends in yml": {"cloudbaserc.yml": YAML + "    timeout: 9\n"},
    "YAML with yes and a date": {"cloudbaserc.yaml": YAML + "    envVariables: {AA: yes, BB: 2020-01-01}\n"},
    "YAML with an anchor": {"cloudbaserc.yaml": "x: &x {AA: '1'}\n" + YAML + "    envVariables: *x\n"},
    "JSON before YAML": {"cloudbaserc.yaml": YAML + "    timeout: 9\n", **functions(APP)},
    "an empty JSON before YAML": {"cloudbaserc.yaml": YAML, "cloudbaserc.json": ""},
    "the key of package.json before the file": {
        "package.json": f'{{"name":"x","cloudbase":{{"envId":"env-demo","functions":[{APP}]}}}}',
        **functions(f'{{"name":"bee",{PY}}}'),
    },
    "package.json without the key": {"package.json": '{"name":"x"}', **functions(APP)},
    "JSON with a comment": {"cloudbaserc.json": f'{{"envId":"env-demo", // here\n"functions":[{APP}]}}'},
    "JSON with a BOM": {"cloudbaserc.json": f'\ufeff{{"envId":"env-demo","functions":[{APP}]}}'},
    "no id of an environment": {"cloudbaserc.json": f'{{"functions":[{APP}]}}'},
    "a function of text": functions(APP, '"bee"'),
}


OPTIONS: dict[str, CliOptions] = {
    "--envId": CliOptions("env-demo"),
    "--envId where the file has none": CliOptions("env-demo"),
    "--envId for an id that renders to nothing": CliOptions("env-demo"),
    "--mode": CliOptions(mode="test"),
    "a --mode without a file": CliOptions(mode="none"),
    "both": CliOptions("env-demo", "test"),
}
"""What the CLI is told beside the files."""
IDS = variable("{{env.ONE}} {{env.TWO}} {{tcb.envId}} {{env.ENV_ID}} {{env.envId}}")["cloudbaserc.json"]
MODES = {".env": "ONE=a\nTWO=b\nENV_ID=e\n", ".env.local": "TWO=c\n", ".env.test": "TWO=d\nMYHOST=x\n"}
CONFIGURATIONS |= {
    "--envId": {**MODES, "cloudbaserc.json": IDS.replace("env-demo", "env-other")},
    "--envId where the file has none": {**MODES, "cloudbaserc.json": IDS.replace('"envId":"env-demo",', "")},
    "--envId for an id that renders to nothing": {**MODES, "cloudbaserc.json": IDS.replace("env-demo", "{{env.NONE}}")},
    "--mode": {**MODES, "cloudbaserc.json": IDS},
    "a --mode without a file": {**MODES, "cloudbaserc.json": IDS},
    "both": {**MODES, "cloudbaserc.json": IDS.replace("env-demo", "env-other")},
}
CONFIGURATIONS["templates"] = functions(
    f'{{"name":"app",{PY},"envVariables":{json.dumps({f"A{n}": text for n, text in enumerate(TEMPLATES.values())})}}}'
)
ALL = (*ENTRIES, *CONFIGURATIONS)
NUMBERS = {name: number for number, name in enumerate(ALL)}


def named(text: str, name: str) -> str:
    """The text with names that no other configuration has, as all are deployed to one environment."""
    for word in ("app", "bee", "gone"):
        own = f"{word}{NUMBERS[name]}"
        text = text.replace(f'"{word}"', f'"{own}"').replace(f"name: {word}\n", f"name: {own}\n")
    return text.replace("other/app", f"other/app{NUMBERS[name]}")


def make_folders(project: Path, name: str) -> None:
    for place in ("functions/app", "functions/bee", "other/app"):
        folder = project / f"{place}{NUMBERS[name]}"
        folder.mkdir(parents=True)
        (folder / "index.py").write_text(f"PLACE = {place!r}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """The project of each configuration; that of all entries is one."""
    together = tmp_path_factory.mktemp("project")
    for name in ENTRIES:
        make_folders(together, name)
    entries = (named(f'{{"name":"app"{"," if keys else ""}{keys}}}', name) for name, keys in ENTRIES.items())
    (together / "cloudbaserc.json").write_text(functions(*entries)["cloudbaserc.json"], encoding="utf-8")
    made = dict.fromkeys(ENTRIES, together)
    for name, files in CONFIGURATIONS.items():
        made[name] = tmp_path_factory.mktemp("project")
        make_folders(made[name], name)
        for file, text in files.items():
            (made[name] / file).write_text(named(text, name), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def by_the_cli(folders, start_for_module, start_cli, tmp_path_factory):
    """By configuration, the functions that SCF has afterwards."""
    nothing, home = tmp_path_factory.mktemp("nothing"), tmp_path_factory.mktemp("home")
    running = start_for_module(project=nothing)
    tcb = partial(start_cli(running), HOME=str(home), **VARIABLES)
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=urlsplit(running.url).netloc))
    scf = ScfClient(Credential("AKIDlocal", "local-secret-key"), "ap-shanghai", profile)
    code, printed = tcb(nothing, "login", "-k", "--apiKeyId", "AKIDlocal", "--apiKey", "local-secret-key")
    assert code == 0, printed
    for name, folder in {folder: (name, folder) for name, folder in folders.items()}.values():
        told = OPTIONS.get(name, NO_OPTIONS)
        options = [*(("-e", told.env_id) if told.env_id else ()), *(("--mode", told.mode) if told.mode else ())]
        tcb(folder, "fn", "deploy", "--all", "--yes", "--force", "--deployMode", "zip", *options)
    return {name: deployed(scf, name) for name in ALL}


def deployed(scf, name):
    """What SCF has of the functions of one configuration."""
    found = {}
    for word in ("app", "bee", "gone"):
        request = models.GetFunctionRequest()
        asked = {"FunctionName": f"{word}{NUMBERS[name]}", "Namespace": "env-demo", "ShowCode": "TRUE"}
        request.from_json_string(json.dumps(asked))
        with suppress(TencentCloudSDKException):
            told = scf.GetFunction(request)
            variables = {entry.Key: entry.Value for entry in told.Environment.Variables}
            found[word] = (told.Runtime, told.Handler, told.Timeout, told.MemorySize, variables)
    return found


def read_in(folder, name):
    """What the emulator reads of it."""
    try:
        specs = load_project(folder, VARIABLES, OPTIONS.get(name, NO_OPTIONS)).functions
    except ProjectError:
        return {}
    own = {word: specs.get(f"{word}{NUMBERS[name]}") for word in ("app", "bee", "gone")}
    return {
        word: (spec.runtime, spec.handler, spec.timeout_seconds, spec.memory_megabytes, dict(spec.environment))
        for word, spec in own.items()
        if spec is not None and spec.problem is None
    }


@pytest.mark.parametrize("name", ALL)
def test_the_emulator_reads_what_the_cli_deploys(name, folders, by_the_cli):
    assert read_in(folders[name], name) == by_the_cli[name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_emulator_fills_a_template_as_the_cli_does(name, folders, by_the_cli):
    variable = f"A{list(TEMPLATES).index(name)}"
    (*_, ours), (*_, theirs) = read_in(folders["templates"], "templates")["app"], by_the_cli["templates"]["app"]
    assert ours[variable] == theirs[variable]


def test_the_cli_s_own_list_of_keys_is_in_the_table(node_modules):
    source = (node_modules / "@cloudbase/cli/dist/standalone/cli.js").read_text(encoding="utf-8")
    lists = re.findall(r"const (?:AUTO_CONVERT|BOOLEAN_STRING)_FIELDS = \{(.*?)\};", source, re.DOTALL)
    keys = {key for text in lists for key in re.findall(r"^ +'(\w+)':", text, re.MULTILINE)}
    assert len(keys) > 15
    assert keys <= {key.lower() for key in FUNCTION_KEYS}


def test_most_configurations_deploy_something(by_the_cli):
    assert sum(bool(made) for made in by_the_cli.values()) > len(ALL) / 2
