"""Who may import whom: the two wings never meet, and each room keeps to those below it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted((ROOT / "functions").rglob("*.py"))


def test_every_room_of_the_emulator_keeps_its_contract():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_there_are_functions_to_look_at():
    assert len(FUNCTIONS) > 5


@pytest.mark.parametrize("file", FUNCTIONS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_function_imports_nothing_of_the_emulator(file):
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not [name for name in imported if name.partition(".")[0] == "wxemu"]
