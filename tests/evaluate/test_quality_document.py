"""docs/quality.md and the command say what each measure is, and the goals are goals for measures that there are."""

import re
from dataclasses import fields
from pathlib import Path

from audit.cli.measuring_view import MEANINGS
from audit.evaluate.measures import Measures
from audit.report.tables import RULES

TEXT = (Path(__file__).parents[2] / "docs" / "quality.md").read_text(encoding="utf-8")
NAMES = [field.name for field in fields(Measures)]


def section(heading: str) -> str:
    return re.split(r"\n## ", TEXT.split(f"\n## {heading}\n")[1])[0]


def first_cells(text: str) -> list[str]:
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| ")]
    return [name for cell in rows for name in re.findall(r"`(\w+)`", cell)]


def test_every_measure_is_defined_in_the_document_and_told_in_the_table() -> None:
    assert first_cells(section("The measures")) == NAMES
    assert list(MEANINGS) == NAMES


def test_every_goal_is_for_a_measure() -> None:
    assert set(re.findall(r"`(\w+)`", section("The goals"))) <= set(NAMES)


def test_every_column_of_the_rules_is_defined() -> None:
    assert set(first_cells(section("On a force's own data"))) == set(RULES.names) - {"detector"}
