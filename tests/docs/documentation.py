"""What is documented for users: README.md, and the pages in docs/ that people write."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
README_ZH = PROJECT / "README.zh-CN.md"
DOCS = sorted((PROJECT / "docs").glob("*.md"))
TABLES = {"benchmarks.md", "coverage.md", "fidelity.md"}
"""Those that scripts write, and the grades: to stand there alone does not explain a thing."""
GUIDE = [README, *(page for page in DOCS if page.name not in TABLES)]
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(*pages: Path) -> str:
    """The pages as one text."""
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def prose_of(page: Path) -> str:
    """A page without its fenced blocks, in which ``#`` begins no heading."""
    return FENCED.sub("", text_of(page))


def blocks(language: str, *pages: Path) -> list[str]:
    """The fenced blocks in this language, of these pages or of the whole guide."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(*pages or GUIDE), re.MULTILINE | re.DOTALL)


def files(language: str, *pages: Path) -> dict[str, str]:
    """The blocks that are files, by the names that their first lines give them."""
    named = ((re.match(r"(?://|#) (\S+\.\w+)\n", block), block) for block in blocks(language, *pages))
    return {name[1]: block for name, block in named if name}
