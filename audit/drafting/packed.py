"""Propose a pattern for a column that packs who asked, where and on what into one cell. Only ever a suggestion."""

import re
from collections import Counter

from audit.drafting.profile import Profile

_TERMINAL = re.compile(r"(?:TERMINAL|TERM|T|WS|PC|PCN|W)[-_ ]?[0-9]{2,}|[0-9]{1,3}(?:\.[0-9]{1,3}){3}", re.IGNORECASE)
_MOST = 0.8
# A cell may hold a megabyte, and nobody's number, terminal or line of them is longer.
_LONGEST = 200


def propose_pattern(profile: Profile, sign: str, with_workstation: bool) -> tuple[str, float] | None:
    """Return a pattern with named groups for the parts between the signs, and the share of the cells that fit it.

    The first part is taken for the user, of a rank, number and name the number alone: ids, not names. A part that holds
    terminals is the workstation. None where most cells have not the same number of parts, or do not fit.
    """
    cells: Counter[tuple[str, ...]] = Counter()
    for text, count in profile.values.items():
        cells[tuple(part.strip() for part in text.split(sign))] += count
    sizes: Counter[int] = Counter()
    for parts, count in cells.items():
        sizes[len(parts)] += count
    size = min(sizes, key=lambda number: (-sizes[number], number))
    alike = Counter({parts: count for parts, count in cells.items() if len(parts) == size})
    places = [place for place in range(1, size) if with_workstation and _share(alike, place, _TERMINAL) > _MOST]
    other = f"[^{sign}]*"
    number = rf"(?:[^{sign}0-9]* )?(?P<user_id>[^{sign} ]*[0-9][^{sign} ]*)(?: [^{sign}0-9]*)?"
    numbered = _share(alike, 0, re.compile(number.replace("?P<user_id>", "")), " ") > _MOST
    made = [number if numbered else rf"(?P<user_id>[^{sign}]*?)"]
    made += [rf"(?P<workstation>[^{sign}]*?)" if place in places[-1:] else other for place in range(1, size)]
    pattern = rf" *{re.escape(sign)} *".join(made)
    fitting = sum(
        count for text, count in profile.values.items() if len(text) <= _LONGEST and re.fullmatch(pattern, text)
    )
    share = fitting / max(profile.filled, 1)
    return (pattern, share) if share > _MOST else None


def _share(cells: Counter[tuple[str, ...]], place: int, wanted: re.Pattern[str], within: str = "") -> float:
    """Return the share of cells whose part at that place is of the kind, and holds `within`."""
    fitting = sum(
        count
        for parts, count in cells.items()
        if within in (part := parts[place]) and len(part) <= _LONGEST and wanted.fullmatch(part)
    )
    return fitting / max(cells.total(), 1)
