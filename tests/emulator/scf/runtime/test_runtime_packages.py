"""A function's files behave the same, from a folder and from an uploaded package."""

import stat
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from wxemu.scf.packages import Packages

CODE = """
import os, pathlib, subprocess
from linked import NAME
def main(event, context):
    here = pathlib.Path(__file__).parent
    return {
        "tool": subprocess.run([here / "bin/tool", "x"], capture_output=True, text=True).stdout,
        "by a link": subprocess.run([here / "tool"], capture_output=True, text=True).stdout,
        "module": NAME,
        "data": (here / "links/data.txt").read_text(),
        "links": sorted(path.name for path in here.iterdir() if path.is_symlink()),
        "may run": [os.access(here / name, os.X_OK) for name in ("bin/tool", "index.py")],
        "broken": os.path.lexists(here / "broken") and not os.path.exists(here / "broken"),
    }
"""


@pytest.fixture
def tree(deploy):
    spec = deploy(CODE)
    folder = spec.directory
    (folder / "bin").mkdir()
    (folder / "bin/tool").write_text("#!/bin/sh\necho ran $1\n")
    (folder / "bin/tool").chmod(0o755)
    (folder / "files").mkdir()
    (folder / "files/data.txt").write_text("data")
    (folder / "files/module.py").write_text("NAME = __name__\n")
    (folder / "tool").symlink_to("bin/tool")
    (folder / "links").symlink_to("files")
    (folder / "linked.py").symlink_to("files/module.py")
    (folder / "broken").symlink_to("files/none")
    return spec


def zip_of(folder):
    """As `zip -ry` packs it."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                link = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                link.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(link, str(path.readlink()))
            elif "links" not in path.relative_to(folder).parts:
                archive.write(path, path.relative_to(folder))
    return content.getvalue()


def test_the_same_tree_behaves_the_same_from_a_folder_and_from_a_zip(runtime, tree, user, tmp_path):
    packages = Packages(tmp_path / "packages")
    uploaded = replace(tree, directory=packages.folder(packages.add(zip_of(tree.directory))))
    told = {
        "tool": "ran x\n",
        "by a link": "ran\n",
        "module": "linked",
        "data": "data",
        "links": ["broken", "linked.py", "links", "tool"],
        "may run": [True, False],
        "broken": True,
    }
    assert [runtime.invoke(spec, {}, user).result for spec in (tree, uploaded)] == [told, told]
