"""Makes the sample force: `python sample_logs/generator` writes sample_logs/force, the same bytes each time.

People first, then what happened; the stories before the ordinary work, so that a busy hour never moves a planted act.
"""

from pathlib import Path

import case_five
import case_four
import case_gloucestershire
import case_merseyside
import case_nottingham
import case_one
import case_quiet
import case_sedgwick
import case_six
import case_three
import case_triad
import case_two
import case_watched
from background import call_victims, complain, declare_relations, watch_record
from corners import plant_corners
from expected import expected_toml
from honest import work_incidents
from incidents import Numbers, make_incidents
from lookalikes import add_hotlist, plant_lookalikes
from routine import (
    answer_every_day,
    look_up_strangers,
    mistype,
    run_hotlist,
    search_patterns,
    turn_back_clock,
    work_under_authority,
)
from staffing import make_workforce
from subjects import make_register
from world import World, story
from write_alpr import write_alpr
from write_context import write_context
from write_ndb import write_ndb
from write_rms import write_rms

FORCE = Path(__file__).resolve().parent.parent / "force"
STORIES = (
    case_three,
    case_six,
    case_five,
    case_two,
    case_merseyside,
    case_sedgwick,
    case_nottingham,
    case_four,
    case_one,
    case_watched,
    case_triad,
    case_gloucestershire,
)


def make_world() -> World:
    """The whole force in memory."""
    register = make_register(story("register"))
    world = World(make_workforce(story("workforce"), register), register)
    make_incidents(world, Numbers())
    ordinary = frozenset(world.files)
    for module in STORIES:
        module.plant_case(world)
    case_quiet.sell_collisions(world)
    case_quiet.leave_undone(world)
    case_quiet.share_account(world)
    case_quiet.fall_silent(world)
    plant_lookalikes(world)
    add_hotlist(world, run_hotlist(world))
    plant_corners(world)
    work_incidents(world, ordinary)
    work_under_authority(world)
    turn_back_clock(world)
    search_patterns(world)
    look_up_strangers(world)
    mistype(world)
    answer_every_day(world)
    for fill in (declare_relations, call_victims, complain, watch_record):
        fill(world)
    return world


def write_world(world: World, folder: Path) -> None:
    """Logs, context and what is to be found in them."""
    tallies = {
        "ndb-transaction": write_ndb(world, folder / "logs" / "ndb"),
        "rms-view": write_rms(world, folder / "logs" / "rms"),
        "alpr-audit": write_alpr(world, folder / "logs" / "alpr"),
    }
    load = {source: tally.counts() for source, tally in tallies.items()}
    for table, rows in write_context(world, folder / "context").items():
        load[table] = {"files": 1, "records": rows, "loaded": rows, "duplicates": 0, "quarantined": 0, "rejected": 0}
    text = expected_toml(world.cases, world.lookalikes, world.explained, load)
    (folder / "EXPECTED.toml").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_world(make_world(), FORCE)
