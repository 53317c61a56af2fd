"""The documentation says what the code does: what the code can list stands there, and what stands there works."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import click
import pytest
import yaml
from documentation import DOCS, GUIDE, PROJECT, README, README_ZH, blocks, prose_of, text_of

from wxemu.app import create_app
from wxemu.cli import main
from wxemu.cloudbase.admin import routes as gateway
from wxemu.cloudbase.callers import issue_wx_api_token
from wxemu.cloudbase.web import routes as web
from wxemu.core.http import SWITCHBOARD
from wxemu.core.settings import Settings
from wxemu.core.world import World
from wxemu.documents import coverage
from wxemu.explain import MISTAKES
from wxemu.phone import operations as phone
from wxemu.phone.confirmations import OUTCOMES
from wxemu.phone.phones import OVERRIDES
from wxemu.scf.deployment import Deployment
from wxemu.state import seed, seed_form
from wxemu.wechat import users
from wxemu.wechat.errors import CLOUD_CALL_REFUSALS, ERRMSG
from wxemu.wechat.openapis import TABLE
from wxemu.wechat.ready_answers import READY
from wxemu.wechat.soter import PROFILES

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTED = text_of(*GUIDE)
FIDELITY = text_of(PROJECT / "docs/fidelity.md")
FUNCTIONS = text_of(PROJECT / "docs/functions.md")
COVERAGE = text_of(PROJECT / "docs/coverage.md")
CURL = re.compile(r'curl -s (?:-X (\w+) )?"?\$URL(/[^\s"?]*)(?:\?[^\s"]*)?"?(\s+(?:\\\n\s*)?-d\b)?')


def without_names(text: str) -> str:
    """Paths with every placeholder as ``{}``, whatever it is called and takes."""
    return re.sub(r"\{\w+\}|<(?:[^<>:]+:)?\w+>", "{}", text)


def files() -> list[Path]:
    """Every file that is in the repository, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in listed.stdout.split("\0") if name and (path := PROJECT / name).is_file()]


def commands(group: click.Group = main, name: str = "wxemu") -> dict[str, click.Command]:
    """Every command that does something, by what one types."""
    context, found = click.Context(group), {}
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        assert command is not None
        if isinstance(command, click.Group):
            found |= commands(command, f"{name} {part}")
        else:
            found[f"{name} {part}"] = command
    return found


@pytest.fixture
def app(tmp_path):
    world = World()
    deployment = Deployment(
        world,
        directory=None,
        base_url="http://127.0.0.1",
        storage=tmp_path,
        issue_wx_api_token=issue_wx_api_token,
    )
    yield create_app(world, deployment)
    deployment.close()
    world.close()


@pytest.mark.parametrize("name", commands())
def test_every_command_is_documented_with_all_its_options(name):
    lines = "\n".join(line for line in DOCUMENTED.splitlines() if re.match(rf"\| `{name}[ `]", line))
    options = [
        option
        for option in commands()[name].params
        if isinstance(option, click.Option)
        and option.opts not in (["--token"], ["--lang"])  # said once, with what every command takes
    ]

    assert lines
    assert [
        option.opts for option in options if not any(f"{opt} " in lines or f"{opt}]" in lines for opt in option.opts)
    ] == []


@pytest.mark.parametrize(
    "option", ["--help", "--version", "--lang", "--token", "WXEMU_URL", "WXEMU_TOKEN", "WXEMU_START_PORT"]
)
def test_what_every_command_takes_is_documented(option):
    assert f"`{option}`" in DOCUMENTED


@pytest.mark.parametrize("name", sorted(path.name for path in (PROJECT / "scripts").iterdir() if path.is_file()))
def test_every_script_is_documented(name):
    assert f"`./scripts/{name}`" in DOCUMENTED


def test_every_route_is_documented_with_its_method(app):
    documented = without_names(DOCUMENTED + COVERAGE)
    openapis = {api.path: api.method for api in TABLE}
    served = {
        f"{method} {without_names(rule.rule)}"
        for party in app.extensions[SWITCHBOARD].applications()
        for rule in party.url_map.iter_rules()
        if not rule.endpoint.endswith(".unserved")
        for method in ([openapis[rule.rule]] if rule.rule in openapis else rule.methods - {"HEAD", "OPTIONS"})
    }

    assert sorted(route for route in served if f"`{route}`" not in documented) == []


@pytest.mark.parametrize("name", [*gateway.ACTIONS, *web.ACTIONS])
def test_every_action_of_cloudbase_is_documented(name):
    assert f"`{name}`" in DOCUMENTED


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_every_setting_is_documented_and_graded(name):
    assert f"| `{name}` |" in DOCUMENTED
    assert f"| `{name}` |" in FIDELITY


@pytest.mark.parametrize("name", [operation.name for operation in (*phone.OF_MINI_PROGRAMS, *phone.BY_HAND)])
def test_every_operation_of_the_phone_is_documented(name):
    assert f"POST /phone/v1/phones/{{phoneId}}/{name}`" in DOCUMENTED


@pytest.mark.parametrize("name", [*OUTCOMES, *OVERRIDES, *PROFILES])
def test_every_outcome_override_and_profile_is_documented(name):
    assert f"`{name}`" in DOCUMENTED


@pytest.mark.parametrize("name", MISTAKES)
def test_every_mistake_that_can_be_explained_is_documented(name):
    assert f"`{name}`" in DOCUMENTED


def test_every_variable_that_the_functions_read_is_documented():
    sources = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "functions").rglob("*.py"))
    read = set(re.findall(r"\"((?:WX|TCB)_[A-Z0-9_]+)\"", sources))

    assert {"WX_SECRET", "TCB_CONTEXT_CNFG"} <= read
    assert {name for name in read if f"`{name}`" not in DOCUMENTED and name not in FIDELITY} == set()


def test_every_setting_that_is_documented_is_one_that_the_functions_read():
    settings = (PROJECT / "functions/_shared/wxcloud/settings.py").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(WX_[A-Z_]+)` \|", DOCUMENTED, re.MULTILINE)

    assert set(documented) == set(re.findall(r"\"(WX_[A-Z_]+)\"", settings))


def test_every_failure_of_the_functions_is_documented():
    wxcloud = PROJECT / "functions/_shared/wxcloud"
    own = re.findall(r"^    code = (-?\d+)", (wxcloud / "errors.py").read_text(encoding="utf-8"), re.MULTILINE)
    of_the_gateway = re.findall(
        r"^    \"[A-Z_]+\": (-\d+),", (wxcloud / "errors.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    refusals = map(str, CLOUD_CALL_REFUSALS)

    assert own
    assert of_the_gateway
    assert {*own, *of_the_gateway, *refusals} == set(re.findall(r"^\| (-?\d{5,}) \|", FUNCTIONS, re.MULTILINE))


def test_every_errcode_of_wechat_is_graded():
    spans = {
        code for first, last in re.findall(r"(\d{5}) to (\d{5})", FIDELITY) for code in range(int(first), int(last))
    }
    named = spans | {int(code) for code in re.findall(r"(?<![\w-])-?\d+\b", FIDELITY)}

    assert sorted(set(ERRMSG) - named) == []


def test_every_failure_of_a_ready_answer_that_is_documented_is_one_that_a_fault_can_have():
    rows = re.findall(r"^\| [^|`]+ \| (`[^|]+`) \| (`[^|]+`) \|$", text_of(PROJECT / "docs/testing.md"), re.MULTILINE)
    apis, errcodes = ({name for row in rows for name in re.findall(r"`([^`]+)`", row[place])} for place in (0, 1))

    assert {"43101", "45015", "45047", "85079", "87014"} <= errcodes
    assert {int(errcode) for errcode in errcodes} <= set(ERRMSG)
    assert apis <= set(READY)


def test_the_coverage_page_is_the_one_that_the_table_gives():
    assert coverage() == COVERAGE, "run scripts/coverage"


def test_the_seed_of_the_page_can_be_loaded():
    (text,) = blocks("yaml")
    world = World()

    seed.load(world, seed.read(text, name="emulator.md"))

    assert users.find(world, "wx1234567890abcdef", "oAlice0000000000000000000001") is not None
    world.close()


def test_the_seed_that_is_shown_has_every_key_there_is():
    def keys(schema):
        for name, value in schema.get("properties", {}).items():
            yield name
            yield from keys(value.get("items", value))

    def used(tree):
        entries = tree if isinstance(tree, list) else tree.values() if isinstance(tree, dict) else ()
        return set(tree if isinstance(tree, dict) else ()).union(*map(used, entries))

    (text,) = blocks("yaml")

    assert set(keys(seed_form.schema())) <= used(yaml.safe_load(text))


def test_the_house_shows_every_room_and_every_way_in():
    wxemu = PROJECT / "emulator/wxemu"
    rooms = {f"{path.parent.name}/" for path in wxemu.rglob("__init__.py")}
    rooms |= {path.name for path in wxemu.glob("*.py")} - {"__init__.py", "__main__.py"}
    (house,) = re.findall(r"^## The house\n.*?^```\n(.*?)^```$", DOCUMENTED, re.MULTILINE | re.DOTALL)

    assert rooms - set(house.split()) == set()


@pytest.mark.parametrize("block", blocks("json"))
def test_json_that_is_shown_is_json(block):
    json.loads(block)


def test_every_request_that_is_shown_has_a_route(app):
    shown = "".join(blocks("sh"))
    requests = [(match[1] or ("POST" if match[3] else "GET"), match[2]) for match in CURL.finditer(shown)]

    assert len(requests) == shown.count("curl -s") > 0
    for method, path in requests:
        assert any(party.url_map.bind("").test(path, method) for party in app.extensions[SWITCHBOARD].applications()), (
            path
        )


@pytest.mark.parametrize(
    "page",
    [
        README,
        README_ZH,
        *(PROJECT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md")),
        *DOCS,
    ],
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_every_link_leads_somewhere(page):
    prose = prose_of(page)
    shown = [
        part for pair in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", prose) for part in pair if part
    ]
    links = [link for link in shown if not re.match(r"[a-z]+:", link)]
    targets = [(link, page.parent / link.partition("#")[0] if link[0] != "#" else page) for link in links]

    assert [link for link, target in targets if not target.exists()] == []
    assert [link for link, target in targets if "#" in link and link.partition("#")[2] not in anchors(target)] == []


def headings(page: Path, level: str = "#+") -> list[str]:
    """The headings of a page as they are written."""
    return re.findall(rf"^{level} (.*)$", prose_of(page), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The names by which the headings of a page can be linked to."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


@pytest.mark.parametrize("readme", [README, README_ZH], ids=lambda path: path.name)
def test_each_readme_leads_to_every_page_and_to_the_other(readme):
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)", prose_of(readme)))

    assert linked == {page.name for page in DOCS}
    assert f"]({(README_ZH if readme == README else README).name})" in prose_of(readme)


def test_both_readmes_show_the_same_pictures_sections_and_examples():
    def shape(page):
        pictures = re.findall(r"(?:src|srcset)=\"([^\"]+)\"", prose_of(page))
        levels = [len(marks) for marks in re.findall(r"^(#+) ", prose_of(page), re.MULTILINE)]
        examples = [
            re.sub(r" +# .*", "", block) for form in ("bash", "sh", "js", "python") for block in blocks(form, page)
        ]
        return pictures, levels, examples

    assert shape(README_ZH) == shape(README)


@pytest.mark.parametrize("page", [README, PROJECT / "emulator/README.md"], ids=["repository", "wxemu"])
def test_the_first_command_installs_what_the_tests_of_a_new_project_need(page):
    template = PROJECT / "emulator/wxemu/client/new_project/template/requirements.txt"
    needed = set(re.findall(r"^([a-z]\w*)", template.read_text(encoding="utf-8"), re.MULTILINE))

    (installed,) = re.findall(r"^pip install (.*)$", blocks("bash", page)[0], re.MULTILINE)

    assert needed <= set(installed.split())


@pytest.mark.parametrize("page", GUIDE, ids=lambda path: path.name)
def test_a_long_page_begins_with_a_list_of_its_sections(page):
    beginning = prose_of(page).partition("\n## ")[0]
    listed = re.findall(r"^- \[(.*)\]\(#[\w-]+\)$", beginning, re.MULTILINE)
    is_short = page in (README, PROJECT / "docs/deploy.md") or len(text_of(page).splitlines()) < 100

    assert listed == headings(page, "##") or (is_short and not listed)


def test_no_file_names_a_place_on_one_machine():
    # In pieces, so that this file does not name them either; qcloud's home is the platform's.
    homes = rf"(?:{'home'}(?!/qcloud\b)|{'Users'}|{'root'})"
    places = re.compile(rf"(?<![\w.])/{'work'}\b|\.\./{'shared'}\b|(?<![\w.])/{homes}/\w")

    found = {
        f"{path.relative_to(PROJECT)}: {match[0]}"
        for path in files()
        for match in places.finditer(path.read_text(encoding="utf-8", errors="replace"))
    }

    assert found == set()
