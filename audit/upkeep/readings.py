"""Which columns of a relation a query can read at all, so that what changed in the others need not reach it.

Told from the words of its text, rather one too many than one too few: parsing it would take longer than asking in vain.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

# Where words do not tell: quoted names, escapes, columns by pattern or number, names given to all columns at once, a FROM without
# a SELECT, which takes them all.
_UNCLEAR = re.compile(
    r"[\"#]|\be'|\$\$|\bcolumns\s*\(|\bnatural\b|\bas\s+\w+\s*\(|(?:\(|\b(?:union|all|except|intersect|name)\b)\s*from\b"
)
# What says nothing: comments, texts, and the one star that takes no column.
_SILENT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|count\s*\(\s*\*\s*\)", re.DOTALL)
_WORD = re.compile(r"\w+")
# What may follow a relation that is read under its own name.
_GOES_ON = (
    r"\s*(?:$|[);]|(?:on|using|where|group|order|having|limit|union|except|intersect|"
    r"cross|inner|left|right|full|semi|anti|join)\b)"
)


def columns_read(sql: Iterable[str], relation: str, columns: Iterable[str]) -> list[str]:
    """Return those of the relation's columns that any of the queries may read: all, where that cannot be told."""
    texts = [text.lower() for text in sql]
    told = [_SILENT.sub(" ", text) for text in texts]
    if any(map(_UNCLEAR.search, texts)) or any("*" in text or not _is_named_plainly(text, relation) for text in told):
        return list(columns)
    # A word after AS names something anew.
    words = {word for text in told for before, word in pairwise(["", *_WORD.findall(text)]) if before != "as"}
    return [column for column in columns if column.lower() in words]


def _is_named_plainly(text: str, relation: str) -> bool:
    """Say whether the relation is named only to be read from under its own name, and before a column: never as a value."""
    name = re.escape(relation.lower())
    mentions = len(re.findall(rf"(?<![\w.]){name}\b(?!\s*\.)", text))
    return mentions == len(re.findall(rf"\b(?:from|join)\s+{name}{_GOES_ON}", text))
