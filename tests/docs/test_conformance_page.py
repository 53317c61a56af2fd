"""docs/fidelity.md and the questions: each [inferred] is asked about, or it is said why not."""

from __future__ import annotations

from importlib.resources import files

from documentation import PROJECT, text_of

from wxemu.conformance.engine import MOST_CALLS
from wxemu.conformance.ingredients import FROM_THE_FILE, PROBE
from wxemu.conformance.question import GROUPS, ON_REQUEST, all_questions

PAGE = text_of(PROJECT / "docs/fidelity.md")
WHERE = "emulator/wxemu/conformance/questions"


def statements(page: str) -> list[tuple[str, bool]]:
    """The rows, list items and paragraphs, and whether each is inferred, by itself or by its heading."""
    found: list[tuple[str, bool]] = []
    heading, is_open = "", False
    for line in page.splitlines():
        if line.startswith("#"):
            heading, is_open = line, False
        elif line.startswith("|"):
            found.append((line.strip("| "), False))
            is_open = False
        elif line.startswith("- ") or (line.strip() and not is_open):
            found.append((line.removeprefix("- "), "[inferred]" in heading))
            is_open = True
        elif line.strip():
            text, is_inferred = found.pop()
            found.append((f"{text} {line.strip()}", is_inferred))
        else:
            is_open = False
    grades = "| our conclusion; no direct source"
    return [(text, by_heading or "[inferred]" in text) for text, by_heading in found if grades not in text]


def not_asked() -> dict[str, str]:
    """The reasons, by the beginnings of the statements."""
    text = (files("wxemu.conformance") / "questions/not_asked.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines() if not line.startswith("#"))


STATEMENTS = statements(PAGE)


def asked() -> set[str]:
    """The beginnings of the statements that questions decide."""
    return {beginning for question in all_questions() for beginning in question.decides}


def test_each_inferred_statement_has_a_question_or_a_reason_why_not():
    inferred = [text for text, is_inferred in STATEMENTS if is_inferred]
    beginnings = (*asked(), *not_asked())
    missing = [text[:100] for text in inferred if not text.startswith(beginnings)]

    assert len(inferred) > 100
    assert missing == [], (
        f"of {len(inferred)} inferred statements of docs/fidelity.md these have neither a question (`decides` in "
        f"{WHERE}/*.yaml) nor a reason ({WHERE}/not_asked.tsv)"
    )


def test_what_it_takes_and_may_do_is_documented():
    page = text_of(PROJECT / "docs/conformance.md")
    groups = [f"`{group}`" for group in GROUPS]
    risks = [f"`--allow {risk}`" for risk in ON_REQUEST]
    variables = [f"`{variable}`" for variable in FROM_THE_FILE.values()]

    assert [name for name in (*groups, *risks, *variables, f"`{PROBE}`", f"({MOST_CALLS})") if name not in page] == []


def test_each_question_and_reason_names_one_statement():
    found = {one: [text for text, _ in STATEMENTS if text.startswith(one)] for one in {*asked(), *not_asked()}}
    wrong = {one: [text[:80] for text in texts] for one, texts in found.items() if len(texts) != 1}

    assert wrong == {}, f"these beginnings in {WHERE} are not those of one statement of docs/fidelity.md"


def test_a_reason_is_for_what_no_question_decides():
    reasons = not_asked()
    decided = {
        one for one in reasons for text, _ in STATEMENTS if text.startswith(one) and text.startswith(tuple(asked()))
    }

    assert [one for one, reason in reasons.items() if not reason.strip()] == []
    assert decided == set(), f"a question decides these, so that {WHERE}/not_asked.tsv need not name them"
