"""A case made fit to leave the unit. docs/packs.md says what goes and what stays; here it is done, column by column.

What is named here stays; everything else goes, a column that comes to a table tomorrow too. Ids become pseudonyms. Only whom the
pack is about keeps the id: the user of a finding, or the user or subject asked for.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.pack.case import Case, DefinitionText, LedgerLine, QueryText, Row
from audit.pack.prose import LEFT_OUT, Prose, sentence, words_in
from audit.pack.pseudonyms import Pseudonyms
from audit.pack.tables import NOT_IF_REDACTED, SCHEMAS
from audit.pack.texts import shipped_ids
from audit.recording import AS_OF, LOAD, PUBLISHED, RUN

# Column -> what kind of id it holds.
_IDS: Mapping[str, str] = {
    "finding_id": "finding", "access_id": "access", "user_id": "user", "operator_id": "user", "subject_id": "subject",
    "reference": "ref", "explanation_reference": "ref", "path": "file", "event_ids": "event", "event_id": "event",
    "parent_event_id": "event", "account": "user", "workstation": "station",
}  # fmt: skip
_STAY = frozenset(
    "family level score rank first_at last_at event_count days status run_id counts occurred_at ends_at sha256 "
    "record_no state not_judged_for event at outcome until bytes records loaded duplicates quarantined rejected findings "
    "accesses unexplained unjudged".split()
)
# What logs and definitions say, and stays, unless somebody's id stands in it.
_OF_LOGS = frozenset(("system", "action", "subject_kind", "source"))
# Ids of queries: an own one may be called anything.
_OF_QUERIES = ("detector", "explanation")
_ABSENT = {"leave": "absent", "sick": "absent"}
# The hash of such an entry tells nothing of what is in it: it holds the hash of a whole file or report, which nobody can try.
LEDGER_STAYS = (RUN, PUBLISHED, LOAD, AS_OF)
SHORTEST = 6
_PLAIN = (int, float, bool)


def kept_of(asked_user: str | None, asked_subject: str | None, finding: Row | None) -> frozenset[str]:
    """Return the ids that stay: of whom the pack is about. Of a finding that is its user, never its subject."""
    about = (finding["user_id"],) if finding is not None else (asked_user, asked_subject)
    return frozenset(each for each in about if each is not None)


def redact(case: Case, names: Pseudonyms) -> Case:
    """Return the case without what is not for others."""
    known = known_ids(case, names)
    prose = Prose(names, known, words_in(query.text for query in case.queries if query.shipped and query.text))
    rows: dict[str, Any] = {
        name: [] if name in NOT_IF_REDACTED else [_row(row, names, prose) for row in getattr(case, name)]
        for name in SCHEMAS
    }
    rows["findings"] = [
        _finding(row, told, case.detectors.get(row["finding_id"]))
        for row, told in zip(case.findings, rows["findings"], strict=True)
    ]
    rows["withdrawn"] = [{**row, "key": _json({}), "summary": LEFT_OUT, "why": LEFT_OUT} for row in rows["withdrawn"]]
    return replace(
        case,
        **rows,
        asked={name: names.of(name, value) or "" for name, value in case.asked.items()},
        by=None,
        redacted=True,
        queries=[_query(query, known) for query in case.queries],
        detectors={names.of("finding", name) or "": _query(query, known) for name, query in case.detectors.items()},
        definitions=[_definition(definition, prose) for definition in case.definitions],
        ledger=[_line(line) for line in case.ledger],
    )


def known_ids(case: Case, names: Pseudonyms) -> dict[str, str]:
    """Return each id that stands in the case and must not stand in the pack, with its pseudonym."""
    used = {query.id for query in case.queries} | {str(row["detector"]) for row in (*case.findings, *case.withdrawn)}
    known = {name: names.of("own", name) or "" for name in used - shipped_ids()}

    def add(kind: str, value: object) -> None:
        if isinstance(value, str) and value and value not in names.kept:
            known.setdefault(value, names.of(kind, value) or "")

    for name in SCHEMAS:
        for row in getattr(case, name):
            for column, kind in _IDS.items():
                value = row.get(column)
                for each in value if isinstance(value, list) else (value,):
                    add(kind, each)
    return known


def _row(row: Row, names: Pseudonyms, prose: Prose) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name in _IDS:
            told[name] = _pseudonyms(value, _IDS[name], names)
        elif name == "tried":
            told[name] = prose.told(value)
        elif name == "duty":
            told[name] = _ABSENT.get(value, value)
        elif name in ("key", "details"):
            told[name] = _json(prose.details(json.loads(value)))
        elif name == "suppressed_by":
            # "explained (review 57)": the words of an outcome.
            told[name] = value.partition(" ")[0] if value else None
        elif name in _OF_QUERIES:
            told[name] = prose.known.get(value, value)
        elif name in _OF_LOGS:
            told[name] = prose.without_ids(value)
        else:
            told[name] = value if name in _STAY else None
    return told


def _pseudonyms(value: object, kind: str, names: Pseudonyms) -> object:
    if isinstance(value, list):
        return [names.of(kind, item) for item in value]
    return names.of(kind, value) if isinstance(value, str) else None


def _finding(row: Row, told: Row, detector: QueryText | None) -> dict[str, Any]:
    """Return a finding with its sentence told again; of an own detector, whose words may be anything, with one of ours."""
    if detector is None or not detector.shipped or "summary" not in detector.header:
        summary = f"{told['detector']}: {row['event_count']} accesses that count, on {row['days']} days"
        return {**told, "key": _json({}), "details": _only_points(row["details"]), "summary": summary}
    values = {**json.loads(told["details"]), **json.loads(told["key"])}
    values |= {name: row[name] for name in ("level", "event_count", "days")}
    values |= {name: str(row[name]) if row[name] else None for name in ("first_at", "last_at")}
    values |= {name: told[name] for name in ("user_id", "subject_id")}
    return {**told, "summary": sentence(str(detector.header["summary"]), values)}


def _only_points(details: str) -> str:
    """Return of an own detector's numbers, whose names may be anything, but the parts of the score, which are ours."""
    return _json({"score_parts": json.loads(details).get("score_parts", {})})


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def _query(query: QueryText, known: Mapping[str, str]) -> QueryText:
    """Leave out the text of an own query, and each parameter that is text and not what the shipped query says by itself."""
    if not query.shipped:
        return replace(query, id=known.get(query.id, query.id), text=None, header={}, parameters={})
    usual = query.header.get("parameters", {})

    def stays(name: str, value: object) -> bool:
        as_list = list(value) if isinstance(value, tuple) else value
        return isinstance(value, _PLAIN) or as_list == usual.get(name)

    return replace(query, parameters={n: value for n, value in query.parameters.items() if stays(n, value)})


def _definition(definition: DefinitionText, prose: Prose) -> DefinitionText:
    source = prose.without_ids(definition.source) or ""
    return replace(definition, source=source, text=definition.text if definition.shipped else None)


def _line(line: LedgerLine) -> LedgerLine:
    return replace(line, line=None, hash=line.hash if line.kind in LEDGER_STAYS else None)


def gate(forbidden: Iterable[str], texts: Iterable[str], forms: Sequence[Callable[[str], str]]) -> int:
    """Return in how many of the texts anything forbidden stands, in any of the forms: the last look before a pack is written.

    What is forbidden is at least SHORTEST long. By beginnings, for there may be a hundred thousand, and megabytes to look through.
    """
    by_start: dict[str, set[str]] = {}
    for form in {form(value) for value in forbidden for form in forms}:
        by_start.setdefault(form[:SHORTEST], set()).add(form)
    return sum(_stands_in(text, by_start) for text in set(texts))


def _stands_in(text: str, by_start: Mapping[str, set[str]]) -> bool:
    starts = ((place, by_start.get(text[place : place + SHORTEST])) for place in range(len(text) - SHORTEST + 1))
    return any(text.startswith(form, place) for place, found in starts if found for form in found)
