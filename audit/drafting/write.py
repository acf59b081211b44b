"""Write the draft as TOML: what is to be decided first, then [read] and [columns] line by line with their evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from audit.drafting.aliases import rank_of
from audit.drafting.doubts import EXPORTERS_NOTHING
from audit.drafting.found import Option, RawTable
from audit.drafting.profile import Profile
from audit.drafting.rules import Entry
from audit.drafting.toml_text import comment, shown, toml_key, toml_value
from audit.drafting.trial import Trial
from audit.drafting.zone import zone_option
from audit.schema import Table
from audit.sources.definition import ReadOptions
from audit.text import counted

_KNOWN = frozenset(field.name for field in fields(ReadOptions))
_LONGEST_LIST = 400


@dataclass(frozen=True)
class Draft:
    """All that a draft says. `file`: the name of the file that it was made from."""

    name: str
    table: Table
    file: str
    drawn: RawTable
    profiles: tuple[Profile, ...]
    entries: tuple[Entry, ...]


def write_draft(draft: Draft, trial: Trial | None = None) -> str:
    """Return the definition without a sample; `trial` adds what the records tried came to."""
    options = [*draft.drawn.options, zone_option(draft.profiles, draft.entries), _nothing(draft)]
    body = [*_read_lines(options), "", *_column_lines(draft), *_left_out(draft)]
    head = [*_head(draft), *_told(draft), *_outcome(trial), *_to_decide(_unsure(draft, options))]
    top = [f"name = {toml_value(draft.name)}", f"table = {toml_value(draft.table.name)}", 'description = "DRAFT"']
    return "\n".join([*head, "", *top, "", *body]) + "\n"


def _seen(draft: Draft) -> str:
    number = len(draft.drawn.rows)
    if not draft.drawn.whole:
        return "the first record was seen" if number == 1 else f"the first {number:,} records were seen"
    return {0: "it holds no record", 1: "its only record was seen"}.get(number, f"all {number:,} records were seen")


def _head(draft: Draft) -> list[str]:
    return [
        *comment(
            f"Draft of a source definition, proposed from {shown(draft.file, 100)}: {_seen(draft)}.",
            behind="# ",
        ),
        *comment(
            "Each line says what it was proposed from. Mend it, check it, then name it in an [[input]] of audit.toml:",
            behind="# ",
        ),
        "#",
        "#     audit sources check DRAFT.toml FILE",
        "#",
        *comment(
            "It may hold words, and in its [[sample]] a whole record, of the file: keep it as you keep the file.",
            behind="# ",
        ),
    ]


def _told(draft: Draft) -> list[str]:
    told = [remark.text for remark in draft.drawn.remarks if not remark.unsure]
    return ["#", *(line for text in told for line in comment(f"Seen: {text}."))] if told else []


def _outcome(trial: Trial | None) -> list[str]:
    if trial is None or not trial.records:
        return []
    broken = "; ".join(f"{rule}: {count:,}" for rule, count in sorted(trial.broken.items()))
    text = f"Of {counted(trial.records, 'record')} mapped so, these break a rule: {broken}." if broken else (
        f"{counted(trial.records, 'record was', 'records were')} mapped so, and none breaks a rule."
    )  # fmt: skip
    return ["#", *comment(text)]


def _to_decide(unsure: list[str]) -> list[str]:
    if not unsure:
        return ["#", "# Nothing is marked unsure. Read it all the same."]
    lines = [line for number, text in enumerate(unsure, 1) for line in comment(f"{number}. {text}", "#   ", "#      ")]
    return ["#", f"# UNSURE: {len(unsure)} things to decide", *lines]


def _unsure(draft: Draft, options: Iterable[Option]) -> list[str]:
    made = [remark.text for remark in draft.drawn.remarks if remark.unsure]
    made += [f"[read] {option.key}: {option.evidence}" for option in options if option.unsure]
    return made + [f"{entry.column}: {text}" for entry in draft.entries for text in entry.unsure]


def _read_lines(options: Iterable[Option]) -> list[str]:
    return ["[read]", *(line for option in options for line in _option_lines(option))]


def _option_lines(option: Option) -> list[str]:
    mark = f"# UNSURE: [read] {option.key}: " if option.unsure else f"# {option.key}: "
    dead = "" if option.key in _KNOWN else "# "
    return [*comment(option.evidence, mark), f"{dead}{option.key} = {toml_value(option.value)}"]


def _nothing(draft: Draft) -> Option:
    exporter = {word for one in draft.profiles for word in one.nothing if word in EXPORTERS_NOTHING}
    if not exporter:
        return Option("null_values", ("",), "an empty cell is nothing; all other words are text")
    words = ", ".join(map(shown, sorted(exporter)))
    return Option(
        "null_values", ("", *sorted(exporter)), f"{words}: taken for an exporter's word for nothing", unsure=True
    )


def _column_lines(draft: Draft) -> list[str]:
    lines = ["[columns]"]
    for entry in draft.entries:
        lines += [line for text in entry.evidence for line in comment(text)]
        lines += [line for text in entry.unsure for line in comment(f"{entry.column}: {text}", "# UNSURE: ")]
        if entry.rule:
            lines.append(f"{'' if entry.stands else '# '}{entry.column} = {toml_value(entry.rule)}")
    return lines


def _left_out(draft: Draft) -> list[str]:
    used = {place for entry in draft.entries if entry.stands for place in entry.places}
    hinted = {place: entry.column for entry in draft.entries if not entry.stands for place in entry.places}
    left = [profile for profile in draft.profiles if profile.place not in used]
    if not left:
        return ["", "# No column of the file is left out."]
    lines = ["", f"# Left out, {len(left)} of the {len(draft.profiles)} columns of the file:"]
    for profile in left[:_LONGEST_LIST]:
        hint = hinted.get(profile.place)
        why = f"suggested above for {hint}" if hint else _why_left_out(draft.table, profile)
        lines += comment(f"{shown(profile.name)}: {profile.content()}; {why}", "#   ", "#     ")
    if len(left) > _LONGEST_LIST:
        lines.append(f"#   and {len(left) - _LONGEST_LIST:,} more")
    return lines


def _why_left_out(table: Table, profile: Profile) -> str:
    rivals = [column for column in table.columns if rank_of(column, profile.name) is not None]
    return f"{rivals[0]} goes by its name, but see there" if rivals else "no canonical column goes by its name"


def write_trial(draft: Draft, trial: Trial, width: int) -> str:
    """Return the [[sample]] made of the file's first record."""
    row = draft.drawn.rows[0]
    record = {name: cell[:width] for name, cell in zip(draft.drawn.names, row, strict=True) if cell is not None}
    cut = any(cell is not None and len(cell) > width for cell in row)
    lines = [
        "",
        *comment(
            "The file's first record, and what the lines above make of it now. It is real: put an invented one in its place."
        ),
    ]
    if cut:
        lines += comment(f"Cells are cut to {width} characters.")
    lines += ["[[sample]]", f"record = {_table(record.items())}", f"gives = {_table(trial.gives.items())}"]
    return "\n".join(lines) + "\n"


def _table(items: Iterable[tuple[str, str]]) -> str:
    pairs = ", ".join(f"{toml_key(key)} = {toml_value(value)}" for key, value in items)
    return f"{{ {pairs} }}" if pairs else "{}"
