"""A ledger that was changed is told from one that a crash cut off."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from audit.ledger import NOTHING_BEFORE, read_chain
from audit.ledger.actor import Actor
from audit.ledger.entry import make_line, parse_line

NOW = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)
TEXT = st.text(max_size=12)
ABOUT = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none(), st.lists(TEXT, max_size=3)), max_size=4)


def written(abouts):
    lines, prev = [], NOTHING_BEFORE
    for no, about in enumerate(abouts, 1):
        lines.append(make_line(no, NOW, "look", Actor("u", "h", 1), about, prev))
        prev = parse_line(lines[-1]).hash
    return lines


def content(lines):
    return b"".join(line + b"\n" for line in lines)


LEDGERS = st.lists(ABOUT, min_size=1, max_size=5).map(written)


@given(LEDGERS)
def test_a_ledger_is_read_as_it_was_written(lines):
    chain = read_chain(content(lines))

    assert (chain.faults, chain.notes) == ((), ())
    assert [entry.no for entry in chain.entries] == list(range(1, len(lines) + 1))


@given(LEDGERS, st.data())
def test_a_byte_that_was_changed_is_found_wherever_it_is(lines, data):
    whole = content(lines)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))

    assert read_chain(whole[:place] + bytes([changed]) + whole[place + 1 :]).faults


def test_each_byte_of_a_ledger_that_is_flipped_is_found():
    whole = content(written([{"command": "show"}, {"until": None}]))

    for place in range(len(whole)):
        assert read_chain(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]).faults, place


@given(LEDGERS.filter(lambda lines: len(lines) > 1), st.data())
def test_an_entry_that_was_removed_before_the_last_is_found(lines, data):
    place = data.draw(st.integers(0, len(lines) - 2))

    assert read_chain(content(lines[:place] + lines[place + 1 :])).faults


@given(LEDGERS.filter(lambda lines: len(lines) > 1), st.data())
def test_entries_that_changed_places_are_found(lines, data):
    order = data.draw(st.permutations(range(len(lines))).filter(lambda order: list(order) != sorted(order)))

    assert read_chain(content([lines[place] for place in order])).faults


@given(LEDGERS, st.data())
def test_an_entry_that_was_doubled_is_found(lines, data):
    place = data.draw(st.integers(0, len(lines) - 1))

    assert read_chain(content([*lines[: place + 1], *lines[place:]])).faults


@given(LEDGERS, st.data())
def test_a_last_line_that_is_cut_off_anywhere_is_a_note_and_loses_no_other(lines, data):
    kept = data.draw(st.integers(0, len(lines[-1])))
    chain = read_chain(content(lines[:-1]) + lines[-1][:kept])

    assert chain.faults == ()
    assert bool(chain.notes) == (kept > 0)
    assert len(chain.entries) == len(lines) - (kept < len(lines[-1]))


def test_zeros_that_a_file_system_left_are_a_note():
    lines = written([{}, {}])

    for torn in (lines[1][:30] + bytes(50), bytes(9)):
        chain = read_chain(content(lines[:1]) + torn)
        assert (chain.faults, len(chain.notes)) == ((), 1)


def test_a_tail_of_whole_entries_that_was_cut_off_leaves_another_head():
    lines = written([{}, {}, {}])
    before, after = read_chain(content(lines)), read_chain(content(lines[:2]))

    assert after.faults == ()
    assert before.head not in after.places
    assert after.head in before.places


def test_a_hash_that_was_reckoned_anew_does_not_fit_what_follows():
    lines = written([{"by": "A"}, {}])
    lines[0] = make_line(1, NOW, "look", Actor("u", "h", 1), {"by": "B"}, NOTHING_BEFORE)

    assert "does not follow" in read_chain(content(lines)).faults[0]
