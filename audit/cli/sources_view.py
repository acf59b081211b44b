"""How `audit sources` prints definitions, and how it tells names, definitions and files apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.cli.messages import Messages
from audit.cli.output import print_facts, print_lines, print_object, print_rows
from audit.errors import ExitCode, UsageError
from audit.load.preview import Preview, preview_file
from audit.schema import Column
from audit.sources.check import SampleResult, check_samples
from audit.sources.definition import ColumnRule, ReadOptions, SourceDefinition, did_you_mean, read_definition
from audit.sources.library import SHIPPED
from audit.text import counted
from audit.timezones import Zone

_PLACES = ("own", "shipped", "canonical")
_CHECK_COLUMNS = ("source", "sample", "result", "difference")


@dataclass(frozen=True)
class Asked:
    """What the words of `sources check` name."""

    definitions: tuple[SourceDefinition, ...]
    files: tuple[Path, ...]


def rows_of(library: Mapping[str, SourceDefinition]) -> list[dict[str, Any]]:
    """Return the rows of the list: the workspace's own sources first, the canonical tables last."""
    ordered = sorted(library.values(), key=lambda one: (_PLACES.index(where_it_stands(one)), one.name))
    return [_row_of(definition) for definition in ordered]


def _row_of(definition: SourceDefinition) -> dict[str, Any]:
    needs = f"canonical columns; needs {', '.join(definition.table.required)}"
    return {
        "name": definition.name,
        "table": definition.table.name,
        "stands": where_it_stands(definition),
        "samples": len(definition.samples),
        "description": needs if definition.built_in else definition.description,
    }


def where_it_stands(definition: SourceDefinition) -> str:
    """Return own, shipped or canonical."""
    if definition.path is None:
        return "canonical"
    return "shipped" if definition.path.parent == SHIPPED else "own"


def find_source(library: Mapping[str, SourceDefinition], name: str) -> SourceDefinition:
    """Return the source that the caller names. Raises UsageError."""
    if name not in library:
        raise UsageError(f'there is no source "{name}"{did_you_mean(name, library) or "; see: audit sources list"}')
    return library[name]


def print_source(definition: SourceDefinition, output_format: str) -> None:
    """Print a definition: how files are read, and where each canonical column comes from."""
    if output_format == "table":
        print_facts([
            ("Source", definition.name),
            ("Table", definition.table.name),
            ("Stands", f"{where_it_stands(definition)}{f': {definition.path}' if definition.path else ''}"),
            *([] if definition.built_in else [("Is", definition.description)]),
            ("Read as", _reading(definition)),
            ("Key", ", ".join(definition.table.key)),
            *([] if definition.built_in else [("Samples", str(len(definition.samples)))]),
        ])  # fmt: skip
        print_lines([""])
    print_rows([_column_row(definition, column) for column in definition.table.columns.values()], output_format)


def _reading(definition: SourceDefinition) -> str:
    if definition.built_in:
        return "by the file's ending: CSV (.csv, also .gz or .zst), NDJSON or Parquet, in UTF-8; times in UTC or with their zone"
    read, usual = definition.read, ReadOptions()
    parts = [
        read.format,
        read.encoding,
        f"times in {read.timezone}",
        f"null: {', '.join(map(repr, read.null_values)) or 'nothing'}",
    ]
    for name in ("delimiter", "quote", "header", "skip", "sheet", "widths", "records"):
        if getattr(read, name) != getattr(usual, name):
            parts.append(f"{name} {getattr(read, name)!r}")
    return "; ".join(parts)


def _column_row(definition: SourceDefinition, column: Column) -> dict[str, Any]:
    rule = definition.rules.get(column.name)
    if definition.built_in:
        comes_from = f"one of: {' '.join(column.vocabulary)}" if column.vocabulary else ""
        return {"column": column.name, "type": column.type, "required": column.required, "takes": comes_from}
    return {
        "column": column.name,
        "type": column.type,
        "required": column.required,
        "comes_from": _origin(rule) if rule else "",
    }


def _origin(rule: ColumnRule) -> str:
    if rule.value is not None:
        parts = [f'always "{rule.value}"']
    elif rule.expression is not None:
        parts = [rule.expression]
    else:
        parts = [f"column {' else '.join(repr(name) for name in rule.columns)}"]
    parts += [f"group {rule.name} of {rule.pattern}"] if rule.pattern else []
    parts += [f"formats {', '.join(rule.formats)}"] if rule.formats else []
    parts += [f"masked {', '.join(rule.masked)}"] if rule.masked else []
    parts += ["map " + ", ".join(f"{word} = {meaning}" for word, meaning in rule.map.items())] if rule.map else []
    parts += [f'else "{rule.default}"'] if rule.default is not None else []
    parts += ["may be absent"] if rule.optional else []
    return "; ".join(parts)


def sort_out(words: Sequence[str], library: Mapping[str, SourceDefinition]) -> Asked:
    """Tell which words are definitions and which are files. Raises UsageError."""
    definitions: list[SourceDefinition] = []
    files: list[Path] = []
    for word in words:
        if word.endswith(".toml"):
            definitions.append(read_definition(Path(word)))
        elif word in library:
            definitions.append(library[word])
        elif Path(word).exists():
            files.append(Path(word))
        else:
            raise UsageError(
                f'"{word}" is neither a source nor a file{did_you_mean(word, library) or "; see: audit sources list"}'
            )
    if files and len(definitions) != 1:
        raise UsageError(f"{files[0]}: name the one source that it is to be read by: audit sources check NAME FILE")
    chosen = definitions or [one for one in library.values() if not one.built_in]
    return Asked(tuple(chosen), tuple(files))


def check_definitions(
    definitions: Sequence[SourceDefinition], zone: Zone, output_format: str, messages: Messages
) -> int:
    """Check the samples, print a row for each, and return the exit code."""
    results = [result for definition in definitions for result in check_samples(definition, zone)]
    without = [definition.name for definition in definitions if not definition.samples and not definition.built_in]
    messages.warn(f"source {name}: has no [[sample]], so nothing of it was checked" for name in without)
    if not definitions:
        messages.note("No definition is here: canonical files need none.")
    print_rows([_sample_row(result) for result in results], output_format, columns=_CHECK_COLUMNS)
    failed = sum(not result.passed for result in results)
    if failed:
        messages.error([f"{failed} of {len(results)} samples give something else; mend the definition or the sample"])
    return int(ExitCode.CONFIGURATION if failed else ExitCode.DONE)


def _sample_row(result: SampleResult) -> dict[str, Any]:
    differences = [
        f"{one.column}: expected {_shown(one.expected)}, got {_shown(one.found)}" for one in result.differences
    ]
    return {
        "source": result.source,
        "sample": result.number,
        "result": "pass" if result.passed else "fail",
        "difference": "; ".join([*([result.fault] if result.fault else []), *differences]),
    }


def _shown(value: str | None) -> str:
    return "NULL" if value is None else repr(value)


def check_files(asked: Asked, zone: Zone, limit: int, output_format: str) -> int:
    """Print what each file would become, and return the exit code."""
    previews = [preview_file(asked.definitions[0], path, zone, limit) for path in asked.files]
    for preview in previews:
        _print_preview(preview, output_format)
    return int(ExitCode.DONE if all(preview.is_clean for preview in previews) else ExitCode.NOT_ALL_LOADED)


def _print_preview(preview: Preview, output_format: str) -> None:
    broken = [{"rule": rule, "records": number} for rule, number in preview.broken.items()]
    if output_format == "json":
        facts = {
            "path": str(preview.path), "records": preview.records, "rejected": preview.rejected,
            "repeated": preview.repeated, "unmapped": list(preview.unmapped), "warnings": list(preview.warnings),
        }  # fmt: skip
        print_object(facts | {"broken": broken, "rows": preview.rows})
        return
    print_rows(preview.rows, output_format, columns=preview.columns)
    if output_format == "table":
        print_lines(["", *_sentences(preview)])
        if broken:
            print_rows(broken, "table")


def _sentences(preview: Preview) -> Iterator[str]:
    yield f"{preview.path}: {counted(preview.records, 'record')}, {preview.rejected:,} not readable as one."
    if preview.unmapped:
        yield f"Not mapped: {', '.join(map(_quoted, preview.unmapped))}"
    if preview.repeated:
        yield f"Records with the key of one before them, so duplicates or in conflict with it: {preview.repeated:,}"
    yield from (f"Note: {warning}" for warning in preview.warnings)
    yield "Rules broken:" if preview.broken else "No rule is broken."


def _quoted(name: str) -> str:
    return f'"{name}"'
