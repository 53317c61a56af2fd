"""YAML as the CLI's parser reads it."""

from __future__ import annotations

import re

import yaml


class CoreSchema(yaml.SafeLoader):
    """YAML 1.2's core schema, as the CLI's parser reads it: yes, on, dates and 1:30 are text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the loader's own way of holding them


for tag, pattern, starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    CoreSchema.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})\\Z"), starts)
