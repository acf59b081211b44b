"""The whole simulation, from an empty folder to a labelled force in canonical form.

It shares nothing with the detectors: what it plants comes from published cases and from the contract's words, so that
it cannot flatter them. It reads nothing and refuses a folder that is not empty.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from audit.errors import InputOutputError, UsageError
from audit.schema import TABLES
from audit.simulate.calendar import Calendar
from audit.simulate.cast import Cast, cast_parts
from audit.simulate.database import append_rows, create_canonical_tables, fill_table, open_database
from audit.simulate.events import write_log
from audit.simulate.hours import Hours
from audit.simulate.incidents import open_incidents
from audit.simulate.labels import expect_lost_day, write_labels
from audit.simulate.lookalikes import tell_lookalikes
from audit.simulate.lookalikes_habits import tell_lookalikes_of_habit
from audit.simulate.plan import Plan
from audit.simulate.population import populate
from audit.simulate.relations import Relations, declare_relations
from audit.simulate.rights import declare_rights
from audit.simulate.rota import roster_staff
from audit.simulate.staff import hire_staff, post_staff
from audit.simulate.stage import Stage
from audit.simulate.stories_forces import tell_forces
from audit.simulate.stories_groups import tell_groups
from audit.simulate.stories_habits import tell_habits
from audit.simulate.stories_ipcc import tell_ipcc
from audit.simulate.stories_private import tell_private
from audit.simulate.trim import trim_work
from audit.simulate.work import do_work
from audit.simulate.workspace import write_config, write_context, write_event_labels

LEAST = {"staff": 50, "days": 28, "events": 2000}
# Shares that make the whole come out at 94 to 96 % explained; slips give way to what is planted.
UNEXPLAINED_SHARE, LEAST_SLIPS, MACHINE_SHARE, EVENTS_PER_ACCESS = 0.053, 0.02, 0.03, 1.32
ACCESSES_PER_INCIDENT, PERSONS_PER_INCIDENT = 16, 1.0


@dataclass(frozen=True)
class Simulated:
    """What was made: `cases` and `lookalikes` count planted stories, `misusers` the officers who belong at the top."""

    directory: Path
    staff: int
    events: int
    incidents: int
    cases: int
    lookalikes: int
    misusers: int


def simulate(
    directory: Path,
    staff: int,
    days: int,
    events: int,
    seed: int,
    notify: Callable[[str], None],
    threads: int | None = None,
    memory: str | None = None,
) -> Simulated:
    """Write a labelled force of exactly so many events into an empty folder, the same for the same seed.

    `notify` is told each step. Raises UsageError when the folder holds something or the force would be too small.
    """
    _check(directory, staff, days, events)
    making = directory / ".making"
    try:
        making.mkdir(parents=True)
        try:
            connection = open_database(making / "simulate.duckdb", seed, threads, memory)
            try:
                made = _make(connection, making, Calendar(days), staff, events, seed, notify)
            finally:
                connection.close()
            for name in ("logs", "context", "labels", "audit.toml"):
                (making / name).rename(directory / name)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except duckdb.OutOfMemoryException as error:
        raise InputOutputError(f"{directory}: not made, the memory allowed is too little; allow more") from error
    except (OSError, duckdb.IOException) as error:
        raise InputOutputError(f"{directory}: cannot be written; choose a folder with room") from error
    return replace(made, directory=directory)


def _check(directory: Path, staff: int, days: int, events: int) -> None:
    given = {"staff": staff, "days": days, "events": events}
    faults = [
        f"--{name} {given[name]}: at least {least} are needed" for name, least in LEAST.items() if given[name] < least
    ]
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        faults.append(f"{directory}: is not an empty folder; name a new one")
    if faults:
        raise UsageError(faults)


def _make(
    connection: duckdb.DuckDBPyConnection,
    directory: Path,
    calendar: Calendar,
    staff: int,
    events: int,
    seed: int,
    notify: Callable[[str], None],
) -> Simulated:
    incidents = max(60, int(events / EVENTS_PER_ACCESS / ACCESSES_PER_INCIDENT))
    persons = max(3000, int(incidents * PERSONS_PER_INCIDENT))
    notify(f"hiring {staff:,} staff")
    create_canonical_tables(connection)
    force = hire_staff(staff, seed)
    cast = cast_parts(force, calendar.days, seed, notify)
    plan = Plan(calendar, persons)
    relations = declare_relations(plan, force, calendar, seed)
    fill_table(
        connection, "unit", {"unit_no": "INTEGER", "unit": "VARCHAR", "kind": "VARCHAR"},
        [(unit.number, unit.name, unit.kind) for unit in force.units],
    )  # fmt: skip
    postings = post_staff(force, dict(cast.moves), calendar.days, seed)
    own = {number: near.own.subject_id for number, near in relations.items()}
    roster_staff(connection, calendar, force, postings, cast.absences, own)
    declare_rights(plan, force)
    notify(f"opening {incidents:,} incidents among {persons:,} people")
    populate(connection, persons, calendar.start)
    open_incidents(connection, calendar, incidents, _bystanding(relations, cast))
    notify("planting cases and look-alikes")
    stage = Stage(seed, events, calendar, force, cast, plan, relations, Hours(connection), _collisions(connection))
    for tell in (
        tell_ipcc, tell_forces, tell_private, tell_habits, tell_groups, tell_lookalikes, tell_lookalikes_of_habit,
    ):  # fmt: skip
        tell(stage)
    lost = expect_lost_day(stage)
    notify(f"working: {events:,} events")
    machine = _work(connection, plan, events, persons, cast.quiet, lost)
    notify("writing")
    return _write(connection, directory, stage, machine, events, incidents)


def _work(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    events: int,
    persons: int,
    quiet: frozenset[int],
    lost: tuple[str, int, int] | None,
) -> int:
    """Make the honest work and return how many machine rows fill the log to its size."""
    misuse = sum(label not in ("honest", "machine") for _, label in plan.labels)
    room = events - len(plan.labels)
    honest = int(room - events * MACHINE_SHARE)
    if honest < events / 2:
        raise UsageError(
            f"--events {events}: too few for the {len(plan.labels)} planted ones; ask for more events or fewer staff"
        )
    slips = max(LEAST_SLIPS, UNEXPLAINED_SHARE - misuse * EVENTS_PER_ACCESS / events)
    do_work(connection, int(1.12 * honest / EVENTS_PER_ACCESS), persons, quiet)
    return max(0, room - trim_work(connection, honest, slips, lost))


def _bystanding(relations: dict[int, Relations], cast: Cast) -> list[int]:
    """Return the numbers of the relatives of all who play no part: honest work may meet them."""
    near = [relations[number] for number in sorted(relations.keys() - cast.numbers)]
    return [subject.number for one in near for subject in (one.partner, one.former, one.sister)]


def _collisions(connection: duckdb.DuckDBPyConnection) -> Sequence[tuple[str, int]]:
    return connection.execute(
        "SELECT reference_id(incident_no), opened_at FROM incident WHERE kind = 'collision' ORDER BY incident_no"
    ).fetchall()


def _write(
    connection: duckdb.DuckDBPyConnection, directory: Path, stage: Stage, machine: int, events: int, incidents: int
) -> Simulated:
    plan = stage.plan
    for table, rows in plan.rows.items():
        if table != "event":
            append_rows(connection, f"out_{table}", tuple(TABLES[table].columns), rows)
    write_log(connection, directory / "logs", stage.calendar, plan.rows["event"], machine)
    write_context(connection, directory / "context")
    write_labels(connection, directory / "labels", plan)
    write_event_labels(connection, directory / "labels", machine)
    write_config(directory)
    misusers = {e.user_id for e in plan.expectations if e.case.rank_as == "principal" and e.user_id}
    cases = {expectation.case.case_id for expectation in plan.expectations}
    return Simulated(
        directory, len(stage.staff.officers), events, incidents, len(cases), len(plan.lookalikes), len(misusers)
    )
