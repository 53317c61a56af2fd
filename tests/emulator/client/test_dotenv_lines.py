"""What ``wxemu env --dotenv`` writes is what is read from a .env file."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wxemu.cli.environment import _for_dotenv
from wxemu.scf.project import template_variables

VALUES = st.text(st.characters(exclude_characters="\\\r", exclude_categories=["C", "Z"]) | st.sampled_from(" \n'\"#=$"))


def read_back(text):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, ".env").write_text(text, encoding="utf-8")
        return template_variables(Path(folder), {})


@given(st.lists(VALUES, max_size=4))
@example(['"\n', "'\""])
def test_any_value_is_read_as_it_was(values):
    variables = {f"NAME_{number}": value for number, value in enumerate(values)}
    assert read_back(_for_dotenv(variables)) == variables


@pytest.mark.parametrize("value", [json.dumps({"URL": "http://127.0.0.1:1/admin"}), r"C:\folder", "-Dx='a b'", "", " "])
def test_what_is_common_is_read_as_it_was(value):
    assert read_back(_for_dotenv({"NAME": value, "OTHER": "x"})) == {"NAME": value, "OTHER": "x"}
