"""Patterns that take one text apart: RE2, with named groups that are canonical columns. Runs them over no record."""

import pyarrow as pa
import pyarrow.compute as pc

from audit.sql import quote_literal


def groups_of(pattern: str) -> tuple[str, ...]:
    """Return the names of a pattern's groups, in their order: the first is group 1.

    Raises:
        ValueError: it is no pattern of RE2, or a group has no name.

    """
    try:
        found = pc.extract_regex(pa.array([""]), pattern).type
    except pa.ArrowInvalid as fault:
        said = str(fault).split(": ", 1)[-1]
        if "unnamed groups" in said:
            raise ValueError("a group has no name: write (?P<column>...), or (?:...) where nothing is taken") from fault
        raise ValueError(f"is no pattern of RE2 ({said})") from fault
    names = tuple(field.name for field in found)
    if not names:
        raise ValueError("has no named group: write (?P<column>...)")
    return names


def fault_of(pattern: str) -> str | None:
    """Return what keeps a text from being a pattern of RE2; None for a pattern."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as fault:
        return str(fault).split(": ", 1)[-1]
    return None


def sql_for_group(text: str, pattern: str, group: int) -> str:
    """Return SQL for what a group matched, where the whole text fits the pattern; else NULL."""
    return f"NULLIF(regexp_extract({text}, {quote_literal(f'^(?s:{pattern})$')}, {int(group)}), '')"


def sql_for_fit(text: str, pattern: str) -> str:
    """Return SQL that is true where the whole text fits the pattern."""
    return f"regexp_full_match({text}, {quote_literal(f'(?s:{pattern})')})"
