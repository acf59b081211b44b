"""The [columns] table of a definition: where each canonical column comes from. What an expression says is not looked at."""

from typing import Any

from audit.schema import Table
from audit.sources.faults import Faults, Kinds, did_you_mean
from audit.sources.formats import read_format
from audit.sources.patterns import groups_of
from audit.sources.records import ColumnRule

_COLUMN: Kinds = {
    "column": str,
    "columns": list,
    "value": str,
    "expression": str,
    "formats": list,
    "masked": list,
    "map": dict,
    "default": str,
    "optional": bool,
    "pattern": str,
}
_ORIGINS = ("column", "columns", "value", "expression")


def parse_columns(section: Any, table: Table, faults: Faults) -> dict[str, ColumnRule]:
    """Return the rule of each canonical column that is mapped without a fault."""
    rules = {}
    if not isinstance(section, dict):
        faults.add("[columns] must be a table")
        return {}
    for name, entry in section.items():
        if name not in table.columns:
            faults.add(f'[columns] "{name}" is not a column of {table.name}{did_you_mean(name, table.columns)}')
            continue
        rule = _rule(name, entry, table, faults)
        if rule is not None:
            rules[name] = rule
    for rule in [rule for rule in rules.values() if rule.pattern]:
        _add_groups(rule, section, rules, table, faults)
    for name in table.required:
        if name not in section and name not in rules and name != "event_id":
            faults.add(f"[columns] {name} is missing: {table.name} needs it")
    return rules


def _rule(name: str, entry: Any, table: Table, faults: Faults) -> ColumnRule | None:
    if isinstance(entry, str):
        return ColumnRule(name, columns=(entry,))
    where = f"[columns] {name}"
    if not isinstance(entry, dict):
        faults.add(f"{where} must be a raw column's name or a table")
        return None
    if not faults.check_kinds(f"{where}:", entry, _COLUMN) or not _check_rule(where, name, entry, table, faults):
        return None
    columns = (entry["column"],) if "column" in entry else tuple(entry.get("columns", ()))
    return ColumnRule(
        name,
        columns=columns,
        value=entry.get("value"),
        expression=entry.get("expression"),
        formats=tuple(entry.get("formats", ())),
        masked=tuple(text.strip() for text in entry.get("masked", ())),
        map=dict(entry.get("map", {})),
        default=entry.get("default"),
        optional=entry.get("optional", False),
        pattern=entry.get("pattern"),
        group=groups_of(entry["pattern"]).index(name) + 1 if "pattern" in entry else 0,
    )


def _add_groups(
    rule: ColumnRule, section: dict[str, Any], rules: dict[str, ColumnRule], table: Table, faults: Faults
) -> None:
    """Let a pattern fill the other columns that its groups name, but those that have an entry of their own."""
    where = f"[columns] {rule.name}: pattern"
    for number, name in enumerate(groups_of(rule.pattern or ""), start=1):
        if name not in table.columns:
            faults.add(f'{where}: group "{name}" is not a column of {table.name}{did_you_mean(name, table.columns)}')
        elif name not in section and name in rules:
            faults.add(f"{where}: {name} comes from another pattern already")
        elif name not in section:
            rules[name] = ColumnRule(
                name, columns=rule.columns, optional=rule.optional, pattern=rule.pattern, group=number
            )


def _check_rule(where: str, name: str, entry: dict[str, Any], table: Table, faults: Faults) -> bool:
    before = len(faults.messages)
    if sum(key in entry for key in _ORIGINS) != 1 or entry.get("columns") == []:
        faults.add(f"{where}: give exactly one of {', '.join(_ORIGINS)}")
    if "formats" in entry and table.columns[name].type not in ("timestamp", "date"):
        faults.add(f"{where}: formats are for times, and {name} is none")
        return False
    if "pattern" in entry:
        _check_pattern(f"{where}: pattern", name, entry, faults)
    for form in entry.get("formats", ()):
        try:
            read_format(form)
        except ValueError as fault:
            faults.add(f"{where}: formats: {fault}")
    return len(faults.messages) == before


def _check_pattern(where: str, name: str, entry: dict[str, Any], faults: Faults) -> None:
    if not {"column", "columns"} & set(entry):
        faults.add(f"{where}: takes a raw column apart; give column or columns")
    try:
        groups = groups_of(entry["pattern"])
    except ValueError as fault:
        faults.add(f"{where}: {fault}")
        return
    if name not in groups:
        faults.add(f"{where}: has no group {name}; its groups are {', '.join(groups)}")
