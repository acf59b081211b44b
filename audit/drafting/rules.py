"""Make of each choice a rule for [columns], with its evidence and what a person must decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audit.drafting.choose import Choice
from audit.drafting.doubts import doubts_of
from audit.drafting.fits import MANY_WORDS
from audit.drafting.packed import propose_pattern
from audit.drafting.profile import Profile
from audit.drafting.timerules import epoch_rule, joined_rule, time_rule
from audit.drafting.toml_text import shown, toml_string
from audit.drafting.vocabulary import kind_by_label, meaning_of
from audit.schema import Column, Table
from audit.text import counted

# What most detectors work on: where the file has none of it, that is said.
_WANTED = {
    "user_id": "no column says who is accountable: without it no access can be judged",
    "subject_id": "no column says who or what was looked at: detectors that need a subject will be skipped",
    "reason": "no column of reasons was found",
    "reference": "no column of case or incident numbers was found",
}


@dataclass(frozen=True)
class Entry:
    """One line of [columns]: why, what is unsure of it, and whether it stands or is only suggested (`rule` "": nothing)."""

    column: str
    rule: Mapping[str, Any] | str
    evidence: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    stands: bool = True
    places: tuple[int, ...] = ()


def make_entries(table: Table, choices: Mapping[str, Choice], profiles: Sequence[Profile], name: str) -> list[Entry]:
    """Return the lines of [columns] in the order of the canonical table; a required column always has one that stands."""
    entries = {column: _entry(choice) for column, choice in choices.items()}
    if "occurred_at" in table.columns and "occurred_at" not in entries and (joined := joined_rule(profiles)):
        rule, told, unsure, places = joined
        entries["occurred_at"] = Entry("occurred_at", rule, told, unsure, places=places)
    for column in table.columns.values():
        entry = entries.get(column.name)
        if column.required and (entry is None or not entry.stands) and column.name != "event_id":
            entries[column.name] = _required(column, entry, name)
    if table.name == "event":
        entries = _of_event(choices, profiles) | entries
    return [entries[column] for column in table.columns if column in entries]


def _entry(choice: Choice) -> Entry:
    column, profile = choice.column, choice.profile
    evidence, unsure = [f"{shown(profile.name)}: {choice.why}"], doubts_of(choice)
    rule: dict[str, Any] = {"column": profile.name}
    if column.type in ("timestamp", "date"):
        rule, told, doubts = epoch_rule(profile) if profile.is_epoch else time_rule(profile)
        evidence += told
        unsure += doubts
    if profile.masks:
        rule["masked"] = sorted(profile.masks)
        evidence.append(counted(profile.masks.total(), "cell is masked", "cells are masked"))
    if column.vocabulary:
        unsure += _map_words(column, profile, rule)
    return Entry(
        column.name,
        profile.name if list(rule) == ["column"] else rule,
        tuple(evidence),
        tuple(unsure),
        stands=choice.sure or (column.name == "event_id" and choice.named),
        places=(profile.place,),
    )


def _map_words(column: Column, profile: Profile, rule: dict[str, Any]) -> list[str]:
    words = list(profile.values)
    if all(word in column.vocabulary for word in words) and words:
        return []
    known = {word: meaning for word in sorted(words) if (meaning := meaning_of(column.name, word))}
    unknown = [word for word in sorted(words) if word not in known]
    other = "person" if column.name == "origin" else "other" if "other" in column.vocabulary else ""
    rule["map"] = known | dict.fromkeys(unknown[:MANY_WORDS], other)
    rule["default"] = other
    if not words:
        return ["no word was seen: say in the map what they mean"]
    if not unknown:
        return []
    told = ", ".join(shown(word, 30) for word in unknown[:12])
    return [f"say in the map what these words mean, {toml_string(other)} stands for each now: {told}"]


def _required(column: Column, hint: Entry | None, name: str) -> Entry:
    if column.name == "system":
        text = "no column names the system: put its name here, as your other sources do"
        return Entry("system", {"value": name}, unsure=(text,))
    if hint is not None:
        return Entry(column.name, hint.rule, hint.evidence, hint.unsure, True, hint.places)
    if column.name == "action":
        text = "no column of acts was found: every record is taken for a search"
        return Entry("action", {"value": "search"}, unsure=(text,))
    text = (
        f"{column.name} must be there and no column was found for it: with an empty value every record is quarantined"
    )
    return Entry(column.name, {"value": ""}, unsure=(text,))


def _of_event(choices: Mapping[str, Choice], profiles: Sequence[Profile]) -> dict[str, Entry]:
    """Return what to say of the columns of a log that nothing was chosen for."""
    made = {name: Entry(name, "", (text,), stands=False) for name, text in _WANTED.items()}
    if "account" not in choices:
        made["user_id"] = _accountable(choices, profiles)
    text = "no column of ids was found: ids are derived from the content, and a record met again is known by it"
    made["event_id"] = Entry("event_id", "", (text,), stands=False)
    subject = choices.get("subject_id")
    if subject is not None and subject.sure:
        kind, label = kind_by_label(subject.profile.name), shown(subject.profile.name)
        made["subject_kind"] = (
            Entry("subject_kind", {"value": kind}, (f"by the name of {label}",))
            if kind
            else Entry("subject_kind", {"value": "person"}, unsure=(f"what kind of thing is {label}?",), stands=False)
        )
    return made


def _accountable(choices: Mapping[str, Choice], profiles: Sequence[Profile]) -> Entry:
    """Suggest the first part of a packed line, or else whoever typed, for the user who must answer for the access."""
    taken = {choice.profile.place for choice in choices.values() if choice.sure}
    packed = next((one for one in profiles if one.packed and one.place not in taken and '"' not in one.name), None)
    text = _WANTED["user_id"]
    if packed and packed.packed:
        proposed = propose_pattern(packed, packed.packed, "workstation" not in choices)
        if proposed:
            told = (
                f"{text}. {shown(packed.name)} packs several parts into a cell, and {proposed[1]:.0%} of those seen fit this "
                "pattern: is its first part who asked? What does not fit is quarantined; name other parts by canonical columns"
            )
            return Entry("user_id", {"column": packed.name, "pattern": proposed[0]}, unsure=(told,), stands=False)
        rule = {"expression": f"split_part(\"{packed.name}\", '{packed.packed}', 1)"}
        told = f"{text}. {shown(packed.name)} packs several parts into a cell: is the first of them who asked?"
        return Entry("user_id", rule, unsure=(told,), stands=False)
    if operator := choices.get("operator_id"):
        told = f"{text}. Did those who typed, {shown(operator.profile.name)}, ask for themselves?"
        return Entry("user_id", operator.profile.name, unsure=(told,), stands=False)
    return Entry("user_id", "", unsure=(text,), stands=False)
