"""Whatever files a log is cut into, in whatever order and with whatever overlap: the same events under the same ids."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEAD = "when,who,why\n"
# Few values, so that many records look alike to the second and in every column.
RECORD = st.builds(
    lambda second, user, reason: f"2024-03-01 10:00:0{second},U{user},{reason}\n",
    st.integers(0, 3), st.integers(0, 1), st.sampled_from(["", "theft"]),
)  # fmt: skip


@st.composite
def cut_logs(draw: Any) -> tuple[list[str], list[list[str]]]:
    """Return a log in time order, and files that cover it: each a stretch cut between seconds, as exports are."""
    log = sorted(draw(st.lists(RECORD, min_size=1, max_size=25)))
    seconds = sorted({record[:19] for record in log})
    stretches = draw(
        st.lists(st.tuples(st.integers(0, len(seconds) - 1), st.integers(0, len(seconds) - 1)).map(sorted), max_size=3)
    )
    middle = draw(st.integers(0, len(seconds) - 1))
    chosen = [(0, middle), (middle, len(seconds) - 1), *map(tuple, stretches)]
    files = [[record for record in log if seconds[first] <= record[:19] <= seconds[last]] for first, last in chosen]
    return log, draw(st.permutations(files))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut_logs())
def test_a_log_cut_into_overlapping_files_gives_the_events_of_the_whole(
    lasting_desk: Any, cut: tuple[list[str], list[list[str]]]
) -> None:
    log, files = cut
    look = "SELECT event_id, occurred_at, user_id, reason FROM event ORDER BY event_id"
    desk = lasting_desk
    desk.define(event_id="", reason='"why"')

    desk.clear()
    desk.write("logs/whole.csv", HEAD + "".join(log))
    desk.load()
    whole = desk.rows(look)

    desk.clear()
    for number, file in enumerate(files):
        desk.write(f"logs/{number}.csv", HEAD + "".join(file))
        desk.load()
    desk.check_balance()

    assert len(whole) == len(log)
    assert desk.rows(look) == whole
