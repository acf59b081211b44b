"""What must and must not be found, and its way into EXPECTED.toml."""

from dataclasses import dataclass, field

Value = str | int | bool | list[str] | dict[str, "int | str"]
Table = dict[str, Value]


@dataclass(frozen=True)
class Case:
    """A re-enacted case: `findings` that detectors must give, exactly one for each."""

    name: str
    user_id: str
    published: str
    note: str
    facts: Table = field(default_factory=dict)
    findings: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Lookalike:
    """An innocent: `never` names the detectors that must not find the user (or subject)."""

    name: str
    note: str
    never: list[str]
    user_id: str = ""
    subject_id: str = ""


@dataclass(frozen=True)
class Explained:
    """How many accesses of a user to a subject have this explanation named."""

    user_id: str
    subject_id: str
    explanation: str
    accesses: int
    note: str


def literal(value: Value) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {literal(item)}" for key, item in value.items()) + " }"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def lines_of(table: Table) -> list[str]:
    """The pairs of one table."""
    return [f"{key} = {literal(value)}" for key, value in table.items()]


def expected_toml(
    cases: list[Case], lookalikes: list[Lookalike], corners: list[Explained], load: dict[str, dict[str, int]]
) -> str:
    """The whole file."""
    lines = [
        "# What a run over this force must and must not find. Written by sample_logs/generator; do not edit.",
        "# [[case.finding]]: exactly one finding has this detector and key; event_count and details are exact.",
        "# [[lookalike]]: `never` lists detectors that must have no finding of that user or subject at all.",
        "# [[explained]]: so many accesses of the user to the subject have exactly this explanation named.",
        "# `not_in_first`: the user's rank in users.parquet must be greater than this, or absent.",
        "",
        "[ranking]",
        "first_ten_are_cases = true",
        "",
    ]
    for source, counts in load.items():
        lines += [f"[load.{source}]", *[f"{name} = {count}" for name, count in counts.items()], ""]
    for case in cases:
        head: Table = {"name": case.name}
        if case.user_id:
            head["user_id"] = case.user_id
        head |= {"published": case.published, "note": case.note} | case.facts
        lines += ["[[case]]", *lines_of(head), ""]
        for table in case.findings:
            lines += ["[[case.finding]]", *lines_of(table), ""]
    for other in lookalikes:
        head = {"name": other.name}
        if other.user_id:
            head |= {"user_id": other.user_id, "not_in_first": 20}
        if other.subject_id:
            head["subject_id"] = other.subject_id
        lines += ["[[lookalike]]", *lines_of(head | {"note": other.note, "never": other.never}), ""]
    for row in corners:
        lines += ["[[explained]]", *lines_of(dict(vars(row))), ""]
    return "\n".join(lines).rstrip("\n") + "\n"
