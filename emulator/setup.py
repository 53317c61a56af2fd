"""What pyproject.toml cannot say: `wxemu demo` and `wxemu init` bring functions along.

They are the repository's own, so that there is no second copy to keep. A build copies them beside client/demo.py: a
wheel's into the build folder, an sdist's into the sdist, from which a wheel then takes them as it takes other data.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

REPOSITORY = Path(__file__).resolve().parent.parent
PARTS = ("cloudbaserc.yaml", "config.json", ".env.example", "functions")
DEMO = "wxemu/client/demo_project"
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "tests", "*.egg-info", "build", "dist", "*.md", "LICENSE", "pyproject.toml", ".*"
)


def copy_demo(top: Path) -> None:
    """Put the demo's project into the tree of wxemu under `top`."""
    if (REPOSITORY / PARTS[0]).is_file():  # in an sdist it is not
        for part in PARTS:
            source, target = REPOSITORY / part, top / DEMO / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
            else:
                shutil.copyfile(source, target)


class BuildWithDemo(build_py):
    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            copy_demo(Path(self.build_lib))


class SdistWithDemo(sdist):
    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        super().make_release_tree(base_dir, files)
        copy_demo(Path(base_dir))


setup(cmdclass={"build_py": BuildWithDemo, "sdist": SdistWithDemo})
