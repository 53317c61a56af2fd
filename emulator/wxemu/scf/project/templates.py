"""The templates of a configuration, such as `{{env.NAME}}`, filled as the CLI fills them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.scf.project import mustache
from wxemu.scf.project.config_file import ConfigFile, ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

DOTENV: Final = (".env", ".env.local")
_VALUE: Final = re.compile(r"\{\{[{&]?\s*([\w.]+)\s*\}?\}\}")
"""What stands for a value; a section asks whether there is one."""
# dotenv 8, which the CLI brings: it knows neither `export` nor a comment behind a value [src].
_DOTENV_LINE: Final = re.compile(r"\s*([\w.-]+)\s*=\s*(.*)", re.ASCII)
_BREAKS_JSON: Final = re.compile(r'["\\\x00-\x1f]')


def template_names(text: str) -> list[str]:
    """Return the names that the templates of a text stand for."""
    return _VALUE.findall(text)


@dataclass(frozen=True)
class CliOptions:
    """What the CLI is told beside the files: `tcb --envId ID --mode MODE`."""

    env_id: str = ""
    mode: str = ""

    @property
    def dotenv(self) -> tuple[str, ...]:
        """The files of variables; a later one wins."""
        return (*DOTENV, f".env.{self.mode}") if self.mode else DOTENV


NO_OPTIONS: Final = CliOptions()


def template_variables(directory: Path, environ: Mapping[str, str], options: CliOptions = NO_OPTIONS) -> dict[str, str]:
    """Return what `{{env.NAME}}` is filled from: the files' < `environ`, the process environment < `--envId`."""
    found: dict[str, str] = {}
    for name in options.dotenv:
        found |= read_dotenv(directory / name)
    found |= environ
    if options.env_id:
        found |= {"ENV_ID": options.env_id, "envId": options.env_id}
    return found


@dataclass(frozen=True)
class Templates:
    """Fills templates.

    `env_id` is the environment's id as `--envId` or else the file has it: a template in it stays [run].
    """

    directory: Path
    variables: Mapping[str, str] = field(repr=False)
    env_id: str

    def render(self, file: ConfigFile, tree: Any) -> Any:
        """Fill all strings; one that then is JSON of an object, array or null becomes that value.

        The CLI fills the JSON of the whole file at once. So a value with a quote breaks it. Raises ProjectError.
        """
        text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
        try:
            return _revive(json.loads(mustache.render(text, self._values())))
        except mustache.MustacheError as error:
            found, remedy = error.message, Message("correct the templates, {{env.NAME}}", "请改正模板 {{env.NAME}}")
        except ValueError:
            unfit = sorted({name for name in template_names(text) if _BREAKS_JSON.search(self._find(name) or "")})
            found = (
                Message(
                    "a quote, a backslash or a line break in {names}",
                    "值中含有引号、反斜杠或换行的 {names}",
                    names=", ".join(unfit),
                )
                if unfit
                else Message("something else", "别的内容")
            )
            remedy = Message(
                "keep such a value out of the templates: the CLI puts it into JSON as it is",
                "请不要在模板中使用这样的值：CLI 会把它原样放进 JSON",
            )
        expected = Message("JSON once its templates are filled", "填好模板之后应为 JSON")
        raise ProjectError(file.path, expected=expected, found=found, remedy=remedy)

    def find_unset(self, value: Any, key: str = "") -> Iterator[tuple[str, str]]:
        """Yield the templates in all strings that nothing is there to fill, each with the nearest key above it."""
        if isinstance(value, dict):
            for name, item in value.items():
                yield from self.find_unset(item, str(name))
        elif isinstance(value, list):
            for item in value:
                yield from self.find_unset(item, key)
        elif isinstance(value, str):
            yield from ((name, key) for name in template_names(value) if self._find(name) is None)

    def _values(self) -> Mapping[str, mustache.Value]:
        # The CLI draws util.uid anew at each run; here it is the folder's: a project read twice is the same project.
        uid = hashlib.sha256(str(self.directory).encode()).hexdigest()[:24]
        return {
            "env": {"ENV_ID": self.env_id, **self.variables},
            "tcb": {"envId": self.env_id},
            "util": {"uid": uid},
        }

    def _find(self, name: str) -> str | None:
        value: mustache.Value | None = self._values()
        for member in name.split("."):
            value = None if value is None or isinstance(value, str) else value.get(member)
        return value if isinstance(value, str) else None


def _revive(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _revive(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_revive(item) for item in value]
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return parsed if parsed is None or isinstance(parsed, dict | list) else value


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the variables of a .env file; none without one."""
    text = path.read_text("utf-8", "replace") if path.is_file() else ""
    lines = (_DOTENV_LINE.fullmatch(line) for line in re.split(r"\r\n|\n|\r", text))
    return {line[1]: _unquote(line[2]) for line in lines if line}


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace("\\n", "\n")
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value.strip()
