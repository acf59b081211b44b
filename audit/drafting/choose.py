"""Choose a raw column for each canonical one: by its name, held against its content; by content alone only as a hint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.drafting.aliases import rank_of, squashed
from audit.drafting.fits import MANY_WORDS, misfit
from audit.drafting.profile import Profile
from audit.drafting.vocabulary import known_share
from audit.schema import Column, Table

# Who is asked first gets a column that two could have: `id` is an event before anything else, `name` a user last.
_ORDER = (
    "occurred_at", "event_id", "parent_event_id", "subject_id", "reference", "reason_code", "reason", "operator_id", "account",
    "workstation", "user_id", "subject_kind", "action", "query_text", "result_count", "banner_accepted", "system", "origin",
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """A raw column proposed for a canonical one. Not `sure`: by content alone, or something speaks against it."""

    column: Column
    profile: Profile
    why: str
    sure: bool
    others: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    named: bool = False


def choose_columns(table: Table, profiles: Sequence[Profile]) -> dict[str, Choice]:
    """Return the choices by canonical column; a raw column is chosen once."""
    owned = {squashed(name): name for name in table.columns}
    order = [name for name in _ORDER if name in table.columns]
    order += [name for name in table.columns if name not in order]
    chosen: dict[str, Choice] = {}
    for named in (True, False):
        for name in order:
            taken = {choice.profile.place for choice in chosen.values()}
            free = [profile for profile in profiles if profile.place not in taken]
            if name not in chosen:
                # What has the very name of another canonical column is for that one.
                fair = [profile for profile in free if owned.get(squashed(profile.name), name) == name]
                choice = _by_name(table.columns[name], fair) if named else _by_content(table.columns[name], fair)
                if choice:
                    chosen[name] = choice
    return chosen


def _by_name(column: Column, profiles: Sequence[Profile]) -> Choice | None:
    ranked = sorted(
        (rank, profile.place, profile)
        for profile in profiles
        if (rank := rank_of(column.name, profile.name)) is not None
    )
    reasons = {profile.place: misfit(column, profile) for _, _, profile in ranked}
    fitting = [profile for _, _, profile in ranked if reasons[profile.place] is None]
    # One that is blank throughout may be filled in other files, but yields to one that is filled in this.
    fitting.sort(key=lambda profile: not (profile.filled or profile.masks))
    if not fitting:
        return None
    best, others = fitting[0], tuple(profile.name for profile in fitting[1:4])
    refused = tuple((profile.name, why) for _, _, profile in ranked if (why := reasons[profile.place]) is not None)
    return Choice(column, best, f"by its name; {best.content()}", not _doubt(column, best), others, refused, named=True)


def _doubt(column: Column, profile: Profile) -> bool:
    return column.name == "event_id" and not profile.unique


def _by_content(column: Column, profiles: Sequence[Profile]) -> Choice | None:
    found = [profile for profile in profiles if profile.filled and _speaks_for(column, profile)]
    # Few users look at many subjects: of two columns of codes the more varied is the subject.
    if column.name in ("user_id", "subject_id"):
        found.sort(key=lambda profile: profile.distinct if column.name == "user_id" else -profile.distinct)
    if not found:
        return None
    best = found[0]
    others = tuple(profile.name for profile in found[1:4])
    only = column.name == "occurred_at" and not others
    why = f"by its content alone: {best.content()}"
    return Choice(column, best, why + ("; the only column of times" if only else ""), only, others)


def _speaks_for(column: Column, profile: Profile) -> bool:
    speaks: Mapping[str, bool] = {
        "occurred_at": profile.is_time and profile.has_clock,
        "event_id": profile.unique and not profile.is_time and profile.words <= 1 and profile.place == 0,
        "user_id": _repeats(profile) and any(profile.share(kind) > 0.9 for kind in ("UUID", "CODE", "RANKED")),
        "subject_id": profile.share("PLATE") > 0.8 and profile.distinct > 3 and not profile.is_time,
        "reason": profile.words >= 1.6
        and profile.share("RANKED") < 0.5
        and not profile.is_time
        and profile.distinct > 3,
        "reference": profile.share("CASE") > 0.8 and profile.distinct > 1 and not profile.is_time,
        "action": profile.distinct <= MANY_WORDS and known_share("action", profile.values) >= 0.5,
        "workstation": profile.share("ADDRESS") > 0.9,
    }
    return speaks.get(column.name, False)


def _repeats(profile: Profile) -> bool:
    return 1 < profile.distinct <= profile.filled / 2 and not profile.is_time and profile.share("NUMBER") < 0.9
