"""Whether what stands in a column is such as a canonical column takes. Says why not, in words without any content."""

from collections.abc import Callable

from audit.drafting.profile import Profile
from audit.schema import Column

# A column of few different words may be a kind of act; one of hundreds is not.
MANY_WORDS = 40


def misfit(column: Column, profile: Profile) -> str | None:
    """Return why a raw column does not suit a canonical one, or None where nothing speaks against it."""
    if not profile.filled and not profile.masks:
        return None
    return _CHECKS.get(column.name, _CHECKS.get(f"type {column.type}", _anything))(profile)


def _anything(_profile: Profile) -> str | None:
    return None


def _is_event_time(profile: Profile) -> str | None:
    if profile.is_epoch:
        return None
    if not profile.is_time:
        return "it does not hold times"
    return None if profile.has_clock else "it holds dates without a time of day"


def _is_time(profile: Profile) -> str | None:
    return None if profile.is_time or profile.is_epoch else "it does not hold times"


def _is_date(profile: Profile) -> str | None:
    return None if profile.is_time else "it does not hold dates"


def _is_count(profile: Profile) -> str | None:
    return None if profile.share("INTEGER") > 0.9 or profile.share("NUMBER") > 0.9 else "it does not hold whole numbers"


def _is_truth(profile: Profile) -> str | None:
    return None if profile.distinct <= 4 else "it holds more than two words"


def _is_identifier(profile: Profile) -> str | None:
    if profile.is_time:
        return "it holds times"
    return None if profile.words <= 6 else "it holds free text"


def _is_reason(profile: Profile) -> str | None:
    if profile.is_time:
        return "it holds times"
    return None


def _is_act(profile: Profile) -> str | None:
    if profile.is_time or (profile.share("NUMBER") > 0.9 and profile.distinct > 12):
        return "it holds times or numbers"
    return None if profile.distinct <= MANY_WORDS else f"it holds {profile.distinct:,} different values"


_CHECKS: dict[str, Callable[[Profile], str | None]] = {
    "occurred_at": _is_event_time,
    "action": _is_act,
    "subject_kind": _is_act,
    "origin": _is_act,
    "system": _is_act,
    "reason": _is_reason,
    "query_text": _anything,
    "type timestamp": _is_time,
    "type date": _is_date,
    "type integer": _is_count,
    "type boolean": _is_truth,
    "type identifier": _is_identifier,
}
