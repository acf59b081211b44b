"""The documents agree with the program: what they name exists, what they show runs, and their links lead somewhere."""

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import duckdb
import pytest

from audit.catalogue import read_catalogue
from audit.catalogue.header import _FIELDS
from audit.catalogue.subset import FUNCTIONS
from audit.cli.main import audit as command_line
from audit.detect.cases import run_cases
from audit.engine import DuckDBEngine
from audit.errors import ExitCode
from audit.explain import make_views
from audit.findings.score import PARTS
from audit.run import RunResult
from audit.schema import DERIVED, TABLES, duckdb_columns
from audit.sources.check import check_samples
from audit.sources.definition import parse_definition
from audit.timezones import read_zone
from audit.workspace import Workspace

ROOT = Path(__file__).parent.parent
PLACES = ("*.md", "docs/**/*.md", "queries/**/*.md", "sample_logs/**/*.md")
DOCUMENTS = {path.relative_to(ROOT).as_posix(): path for place in PLACES for path in sorted(ROOT.glob(place))}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    return DOCUMENTS[name].read_text(encoding="utf-8")


def section(name: str, heading: str) -> str:
    """Return what stands under a heading, up to the next of its depth or a higher one."""
    depth = heading.split(" ")[0]
    below = text_of(name).split(f"\n{heading}\n")[1]
    return re.split(rf"\n#{{1,{len(depth)}}} ", below)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all tables in a text, heads and rules left out."""
    lines = text.splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    ruled = [n for n, row in enumerate(cells) if set("".join(row)) <= set("- :")]
    return [row for n, row in enumerate(cells) if n not in ruled and n + 1 not in ruled]


def code(text: str) -> list[str]:
    """Return what stands between single backticks."""
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", FENCED.sub("", text))]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [block for name, block in FENCED.findall(text) if name == language]


def test_the_documents_are_there() -> None:
    wanted = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/scoring.md"}

    assert wanted | {"docs/sources.md", "queries/README.md"} <= DOCUMENTS.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text_of(name))

    assert [link for link in links if not (DOCUMENTS[name].parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_names_a_path_of_somebodys_machine(name: str) -> None:
    found = re.findall(r"(?<![\w.])/(?:work|home|root|tmp|Users|opt|mnt)/\S*|\.\./shared\S*", text_of(name))

    assert found == []


# --- commands


def commands_in(name: str) -> Iterator[list[str]]:
    """Yield the words of every `audit …` that a document shows: in backticks, or at the beginning of a line of code."""
    text = text_of(name)
    lines = [line for block in blocks(text, "text") + blocks(text, "bash") for line in block.splitlines()]
    lines += [line[4:] for line in FENCED.sub("", text).splitlines() if line.startswith("    ")]
    for shown in [*lines, *code(text)]:
        if shown.startswith("audit "):
            yield shown.partition("  #")[0].split()[1:]


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words call, and the options that they give it. Fails where there is no such command."""
    options, command = list[str](), command_line
    context = click.Context(command_line)
    rest = list(words)
    while rest:
        word = rest.pop(0).strip("[],")
        if word in ("-w", "--log-format"):
            rest.pop(0)
        elif word.startswith("--"):
            options.append(word)
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            assert found is not None, f"there is no command {word} in audit {' '.join(words)}"
            command = found
    return command, options


def known_options(command: click.Command) -> set[str]:
    return {word for parameter in command.params for word in parameter.opts} | {"--help", "--version"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_that_a_document_shows_exists_with_its_options(name: str) -> None:
    for words in commands_in(name):
        command, options = resolve(words)

        assert set(options) <= known_options(command), f"audit {' '.join(words)}"


def test_the_readme_lists_just_the_commands_that_help_lists() -> None:
    documented = {
        code(row[0])[0].split()[1] for row in rows(section("README.md", "## Commands")) if "`audit " in row[0]
    }

    assert documented == set(command_line.list_commands(click.Context(command_line)))


def test_the_readme_lists_the_commands_below_sources_and_detectors() -> None:
    for row in rows(section("README.md", "## Commands")):
        first, *others = code(row[0]) or [""]
        group = resolve(first.split()[1:2])[0] if first.startswith("audit ") else None
        if isinstance(group, click.Group):
            documented = {first.split()[2], *(words.split()[0] for words in others)}

            assert documented == set(group.commands)


def test_the_readme_names_exit_codes_that_the_program_has() -> None:
    documented = {int(row[0]) for row in rows(section("README.md", "## Commands")) if row[0].isdecimal()}

    assert documented == {int(code) for code in ExitCode}


# --- docs/architecture.md


def test_the_layers_drawn_are_those_that_are_enforced() -> None:
    contract = configparser.ConfigParser()
    contract.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contract["importlinter:contract:layers"]["layers"].strip()

    assert blocks(text_of("docs/architecture.md"), "layers")[0].strip() == layers


def test_every_layer_has_its_line_and_every_line_its_module() -> None:
    modules = [word for row in rows(section("docs/architecture.md", "## The modules")) for word in code(row[0])]
    drawn = blocks(text_of("docs/architecture.md"), "layers")[0].replace("|", " ").split()

    assert [module for module in modules if not (ROOT / module).exists()] == []
    assert {layer.replace(".", "/") for layer in drawn} <= {module.removesuffix(".py").strip("/") for module in modules}


def test_the_tables_of_the_warehouse_are_those_that_a_run_leaves(force: tuple[Workspace, RunResult]) -> None:
    documented = {
        word for row in rows(section("docs/architecture.md", "## What lives in the warehouse")) for word in code(row[0])
    }
    with duckdb.connect(str(force[0].database), read_only=True) as connection:
        found = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()

    # A view or link that accesses are read through is named in the section on accesses.
    assert documented | {"link", "person_event"} >= {str(row[0]) for row in found}
    assert documented - {str(row[0]) for row in found} == set()


# --- docs/scoring.md


def test_every_part_of_the_score_has_its_line() -> None:
    documented = [code(row[0]) for row in rows(section("docs/scoring.md", "## The parts of a finding's score"))]

    assert [words[0] for words in documented if words] == [part.name for part in PARTS]


def worked(heading: str) -> list[dict[str, int]]:
    """Return the findings worked by hand: part -> points, `score` the sum that the document gives."""
    found: list[dict[str, int]] = [{}]
    for part, _, points in rows(section("docs/scoring.md", heading)):
        found[-1][part.strip("`*")] = int(points.strip("*").replace("−", "-"))
        if "score" in part:
            found.append({})
    return found[:-1]


@pytest.mark.parametrize(("place", "user", "detector", "subject"), [
    (0, "U1042", "access-after-warning", None),
    (1, "U1042", "self-and-family", "VK19NRT"),
])  # fmt: skip
def test_the_findings_worked_by_hand_are_those_of_the_demo(
    force: tuple[Workspace, RunResult], place: int, user: str, detector: str, subject: str | None
) -> None:
    by_hand = worked("## A finding, by hand")[place]
    score = by_hand.pop("score")
    found = [
        row
        for row in force[1].published.findings.to_pylist()
        if (row["user_id"], row["detector"], row["subject_id"]) == (user, detector, subject)
    ]

    assert sum(by_hand.values()) == score == found[0]["score"]
    assert f'"score_parts":{_json({name: points for name, points in by_hand.items() if points})}' in found[0]["details"]


def _json(parts: dict[str, int]) -> str:
    return "{" + ",".join(f'"{name}":{points}' for name, points in parts.items()) + "}"


def test_the_score_of_a_user_worked_by_hand_is_that_of_the_demo(force: tuple[Workspace, RunResult]) -> None:
    text = section("docs/scoring.md", "## The score of a user")
    user = next(row for row in force[1].published.users.to_pylist() if row["user_id"] == "U1042")
    by_hand = {detector: int(component) for detector, _, _, _, component, _ in rows(text)[1:] if detector}
    doubt = 1_000_000
    for _, findings, best, more, component, left in rows(text)[1:]:
        assert int(more) == min(2 * (int(findings).bit_length() - 1), 8)
        assert int(component) == min(int(best) + int(more), 90)
        doubt = doubt * (100 - int(component)) // 100
        assert int(left.rpartition("=")[2].replace(",", "")) == doubt

    assert f"{1_000_000 - doubt:,} millionths: score {(1_000_000 - doubt) // 10_000}" in text
    assert {detector: points for detector, points in json.loads(user["components"]).items() if points} == by_hand
    assert user["score"] == (1_000_000 - doubt) // 10_000


# --- docs/performance.md, which the benchmark writes from a text of its own


def test_the_note_on_performance_says_what_the_benchmark_would_write() -> None:
    template = (ROOT / "benchmarks/peers/performance.md").read_text(encoding="utf-8").splitlines()
    written = {*text_of("docs/performance.md").splitlines()}

    assert [line for line in template if "$" not in line and line not in written] == []


# --- docs/sources.md


def test_the_source_definition_shown_makes_of_its_sample_what_it_says() -> None:
    shown = tomllib.loads(blocks(text_of("docs/sources.md"), "toml")[0])
    results = check_samples(parse_definition(shown, Path("shown.toml")), read_zone("Europe/London"))

    assert [result for result in results if not result.passed] == []
    assert len(results) == 1


# --- queries/README.md


def test_the_header_keys_are_those_that_are_checked() -> None:
    documented: dict[str, dict[str, bool]] = {kind: {} for kind in _FIELDS}
    for key, of, _ in rows(section("queries/README.md", "## A file")):
        kind, _, word = of.partition(", ")
        for each in _FIELDS if kind == "all" else kind.split("/"):
            documented[each][key.strip("`")] = word != "optional"

    assert documented == {
        kind: {key: field.required for key, field in fields.items()} for kind, fields in _FIELDS.items()
    }


def test_the_portable_functions_are_all_listed() -> None:
    text = section("queries/README.md", "## The portable subset")
    listed = {word.strip() for line in re.findall(r"^- [\w ]+: (.*)$", text, re.MULTILINE) for word in line.split(",")}

    assert listed == set(FUNCTIONS.values())


def test_the_relations_have_the_columns_that_are_listed() -> None:
    catalogue = read_catalogue()
    engine = DuckDBEngine.in_memory()
    for name in (*TABLES, *DERIVED):
        columns = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in duckdb_columns(name).items())
        engine.create_table(name, f"SELECT {columns} WHERE FALSE")
    make_views(engine, list(catalogue.views))

    for cell, _, listed in rows(section("queries/README.md", "## What a query may read")):
        columns = [
            column
            for word in listed.split(", ")
            for column in (engine.columns(code(word)[0]) if word.startswith("those of") else [word])
        ]
        assert columns == list(engine.columns(code(cell)[0])), cell


def test_the_detector_shown_is_two_files_that_pass(tmp_path: Path) -> None:
    text = section("queries/README.md", "## A detector, from nothing")
    folder = tmp_path / "detectors"
    folder.mkdir()
    (folder / "phone-lookup.sql").write_text(blocks(text, "sql")[0], encoding="utf-8")
    (folder / "phone-lookup.cases.toml").write_text(blocks(text, "toml")[0], encoding="utf-8")
    catalogue = read_catalogue([tmp_path])
    results = list(run_cases(catalogue.detector("phone-lookup"), catalogue, DuckDBEngine.in_memory))

    assert [result.passed for result in results] == [True, True]
