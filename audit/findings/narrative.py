"""The sentence of a finding, from its detector's template and its own numbers. Ids, never names; nothing of a record.

"1 times" is "once", and one of anything is no plural: what the detectors' templates say is mended with regular expressions. Over
hundreds of thousands of sentences that costs more than all else of them, and nearly all need it at the same few places: where
a count stands before a word. There it is done in the template, once for each number that matters; only sentences of which a text
could need it, too, are searched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.sql import quote_literal

_NAME = re.compile(r"\{(\w+)\}")
_ADJECTIVES = "unexplained |different |linked |silent "
# Only after a space or at the start: "0.1 times" and ids stay. Each with a text without which it does not match.
_ONE = (
    ("1 times", r"(^|[ (])1 times\b", r"\1once"),
    ("2 times", r"(^|[ (])2 times\b", r"\1twice"),
    (" accesses", r"((?:^|[ (])1 (?:unexplained |different |linked )?access)es\b", r"\1"),
    ("1 people", r"((?:^|[ (])1 )people\b", r"\1person"),
    (
        "1 ",
        rf"((?:^|[ (])1 (?:{_ADJECTIVES})?"
        r"(?:change|day|event|hour|incident|look-up|peer|reason|record|report|subject|user|workstation))s\b",
        r"\1",
    ),
)
_MATTERING = (1, 2)
# What may follow a number so that what comes after it could still make or break a match.
_OPEN_END = re.compile(rf" (?:{_ADJECTIVES})?[\w-]*", re.ASCII)


@dataclass(frozen=True)
class Value:
    """What a template may name: SQL for its text, never NULL; `count`: SQL for the whole number that it shows, if it is one."""

    text: str
    count: str | None = None


@dataclass(frozen=True)
class Sentence:
    """SQL for a sentence, and for whether it is still to be searched for what to mend (`sql_to_mend`)."""

    text: str
    unmended: str


def names_of(template: str) -> list[str]:
    """Return what a template names, each once."""
    return list(dict.fromkeys(_NAME.findall(template)))


def sql_for_sentence(template: str, values: Mapping[str, Value], many: bool = True) -> Sentence:
    """Fill a template's {names} in. What stands in a value is text, whatever it looks like.

    Unless it is for `many` findings, the sentence is searched in any case: the SQL that spares it costs some milliseconds.
    """
    pieces = _NAME.split(template)
    texts, named = pieces[::2], [values[name] for name in pieces[1::2]]
    raw = _together(texts, [value.text for value in named])
    if not many or not _is_settled(texts, named):
        return Sentence(raw, "TRUE")
    after_values = [
        _mended_after(value, before, after) for value, before, after in zip(named, texts, texts[1:], strict=False)
    ]
    quick = " || ".join([quote_literal(texts[0]), *after_values])
    told = sorted({value.text for value in named if value.count is None})
    odd = [f"contains({text}, ' ') OR contains({text}, '(') OR {text} IN ('1', '2')" for text in told]
    unmended = " OR ".join(odd) or "FALSE"
    return Sentence(f"CASE WHEN {unmended} THEN {raw} ELSE {quick} END", unmended)


def sql_to_mend(rows: str) -> str:
    """SQL for the rows with their `summary` mended where `unmended`."""
    for sought, pattern, word in _ONE:
        # Most sentences have nothing that a pattern is about, and to look for a text costs a tenth of looking for a pattern.
        mended = f"regexp_replace(summary, {quote_literal(pattern)}, {quote_literal(word)}, 'g')"
        rows = (
            f"SELECT * REPLACE (CASE WHEN unmended AND contains(summary, {quote_literal(sought)}) THEN {mended} "
            f"ELSE summary END AS summary) FROM ({rows})"
        )
    return rows


def mended(sentence: str) -> str:
    """Return what `sql_to_mend` makes of a sentence."""
    for _, pattern, word in _ONE:
        sentence = re.sub(pattern, word, sentence, flags=re.ASCII)
    return sentence


def _is_settled(texts: Sequence[str], named: Sequence[Value]) -> bool:
    """Say whether nothing but a count and the template's text behind it can need mending, as long as the values are plain.

    Plain is a value that neither is one of the numbers that matter nor holds what may stand before one.
    """
    numbers = re.compile(rf"[{''.join(map(str, _MATTERING))}](?: |$)")
    if any(numbers.search(text) for text in texts):
        return False
    for place, value in enumerate(named):
        if value.count is None:
            continue
        if not texts[place] and place:
            return False
        last = place + 1 == len(named)
        if not last and (not texts[place + 1] or _OPEN_END.fullmatch(texts[place + 1])):
            return False
    return True


def _mended_after(value: Value, before: str, after: str) -> str:
    """SQL for a value and the template's text behind it; `before` is the text that it follows."""
    plain = f"{value.text} || {quote_literal(after)}"
    if value.count is None or before[-1:] not in ("", " ", "("):
        return plain
    told = {number: mended(f" {number}{after}")[1:] for number in _MATTERING}
    whens = " ".join(
        f"WHEN {number} THEN {quote_literal(text)}" for number, text in told.items() if text != f"{number}{after}"
    )
    return f"CASE {value.count} {whens} ELSE {plain} END" if whens else plain


def _together(texts: Sequence[str], values: Sequence[str]) -> str:
    pieces = [quote_literal(texts[0])]
    for value, text in zip(values, texts[1:], strict=True):
        pieces += [value, quote_literal(text)]
    return " || ".join(pieces)
