"""Make sentences of reports fit to be shown to others: those that this program's own queries put together, and no other.

A word stays if a shipped query's text has it, so that it cannot come from a record; a number stays where it can only be a count or
a span; whatever else stands in a sentence is an id, a unit or a kind, and gets its pseudonym.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from audit.catalogue.header import split
from audit.findings.narrative import mended
from audit.pack.pseudonyms import Pseudonyms

LEFT_OUT = "[left out]"
# Of details: sentences and words of our own making, in which a number is a count.
_COUNTING = frozenset(
    "basis states done_words misfit_words reason_words in_question pace_after compared_with rate_change change_words "
    "contact_words soonest unexplained_words trait first_words silence".split()
)
# The same, but they may name an id: a number there stays only before a span.
_NAMING = frozenset(
    "status actions near_words relation warning_words warning_kind attribute value own_role case_kind incident_kind kind "
    "incident_words outcome outcome_words marked_words markers month day local_day local_date moved_on "
    "looked_up_on contacted_on".split()
)
# What the tables show of logs, too.
_OF_LOGS = ("system", "source", "subject_kind")
_USERS = ("user_id", "colleague_id", "account", "operator_id", "supervisor_id", "unexplained_user_ids", "watched_users")
_SUBJECTS = ("subject_id", "cluster", "linked_id")
_LITERAL = re.compile(r"'([^']*)'")
_WORD = re.compile(r"[A-Za-z][A-Za-z_'’]*")
_TOKEN = re.compile(r"[\w][\w./:@+'’-]*\w|\w")
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?)?)?|\d\d:\d\d(:\d\d)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?( \d\d:\d\d:\d\d(\.\d{1,6})?)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}([.,]\d+)?", re.ASCII)
_SPAN = re.compile(r" (days?|hours?)\b|,? none\b")
_HOLE = re.compile(r"\{(\w+)\}")


def words_in(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that stand in the text literals of queries; of `high_profile`, also the two that it is written as."""
    literals = (literal for text in texts for literal in _LITERAL.findall(_without_comments(split(text).sql)))
    return frozenset(word for literal in literals for word in _WORD.findall(f"{literal} {literal.replace('_', ' ')}"))


def _without_comments(sql: str) -> str:
    return "\n".join(line.partition("--")[0] for line in sql.splitlines())


class Prose:
    """Tells sentences again. `known`: what must not stand, with what stands for it; `words`: those that may."""

    def __init__(self, names: Pseudonyms, known: Mapping[str, str], words: frozenset[str]) -> None:
        self._names, self._words = names, words
        self.known = known
        self._all = sorted((text for text in known if not _NUMBER.fullmatch(text)), key=lambda text: (-len(text), text))
        # What is one word by itself is found word by word.
        self._odd = [text for text in self._all if not _TOKEN.fullmatch(text)]
        self._plain_texts: dict[str, str] = {}

    def told(self, text: str | None, counting: bool = False) -> str | None:
        """Return a sentence of ours without what is anybody else's. `counting`: its numbers are counts."""
        if text is None:
            return None
        pieces, end = [], 0
        for match in _found(self._odd, text):
            pieces += [self._plain(text[end : match.start()], counting), self.known[match.group()]]
            end = match.end()
        return "".join([*pieces, self._plain(text[end:], counting)])

    def without_ids(self, text: str | None) -> str | None:
        """Return a text as it is, but for ids that must not stand in it."""
        if text is None:
            return None
        if text not in self._plain_texts:
            pieces, end = [], 0
            for match in _found(self._all, text):
                pieces += [text[end : match.start()], self.known[match.group()]]
                end = match.end()
            self._plain_texts[text] = "".join([*pieces, text[end:]])
        return self._plain_texts[text]

    def _plain(self, text: str, counting: bool) -> str:
        return _TOKEN.sub(lambda match: self._token(match.group(), text[match.end() :], counting), text)

    def _token(self, token: str, after: str, counting: bool) -> str:
        bare = token.removesuffix("'s").removesuffix("’s")
        if token in self._names.kept or bare in self._names.kept:
            return token
        if bare in self.known:
            return self.known[bare] + token[len(bare) :]
        if token in self._words or bare in self._words or (len(token) == 1 and token.isalpha()):
            return token
        if _NUMBER.fullmatch(token) and (counting or _SPAN.match(after)):
            return token
        if "-" in token and _TIME.fullmatch(token):
            return token
        return f"{self._names.of('x', bare)}{token[len(bare) :]}"

    def details(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object of a finding's key or details: numbers as they are, what is an id by its pseudonym."""
        return {name: value if name == "score_parts" else self._value(name, value) for name, value in content.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(name, value)
        if isinstance(value, list):
            return [self._value(name, item) for item in value]
        if isinstance(value, dict):
            return {self._text("", key): self._value(name, item) for key, item in value.items()}
        return value

    def _text(self, name: str, text: str) -> str:
        if text in self._names.kept:
            return text
        if text in self.known:
            return self.known[text]
        if _DAY.fullmatch(text):
            return text
        if name in _OF_LOGS:
            return self.without_ids(text) or ""
        if name in _COUNTING or name in _NAMING:
            return self.told(text, counting=name in _COUNTING) or ""
        if name in _USERS or name in _SUBJECTS:
            # Several may stand in one text, separated.
            kind = "user" if name in _USERS else "subject"
            return re.sub(r"[^,;\s]+", lambda match: self._names.of(kind, match.group()) or "", text)
        return LEFT_OUT if re.search(r"\s", text) else self._names.of("id", text) or ""


def _found(ids: Sequence[str], text: str) -> Iterator[re.Match[str]]:
    """Yield where any of the ids stands as a whole, the longest of several; of a hundred thousand ids few stand in a text."""
    parts = "|".join(re.escape(each) for each in ids if each in text)
    yield from re.finditer(rf"(?<!\w)(?:{parts})(?!\w)", text) if parts else ()


def sentence(template: str, values: Mapping[str, Any]) -> str:
    """Return a finding's sentence, from its detector's template and these values."""
    return mended(_HOLE.sub(lambda match: _shown(values.get(match[1])), template))


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)
