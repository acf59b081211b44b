"""Render report.html: one file, no script, nothing fetched, no clock. Every cell of a log is hostile.

Jinja escapes; `finalize` makes control and bidi characters visible in everything that is put out; the page's own
policy lets a browser load nothing and apply no style but the one whose hash it names.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from audit.report.glossary import LEVEL, NUMBERS, ORDER, SCORE
from audit.report.page import Size, make_page
from audit.report.report import Report
from audit.report.shown import local_time, percent, with_local_times
from audit.text import shortened, visible

MAX_BYTES = 2_000_000
# Tried in this order until the page is small enough to send and to open.
_SIZES = (Size(50, 100, 40), Size(50, 100, 20), Size(50, 100, 10), Size(50, 100, 5), Size(25, 50, 5), Size(10, 20, 0))
_CELL_CHARACTERS = 160
_LONG_CHARACTERS = 500


def render_html(report: Report) -> str:
    """Return the page. The same report (its manifest's clock times and ids aside) gives the same text."""
    pages = (_render(report, size) for size in _SIZES)
    page = next(pages)
    while len(page.encode()) > MAX_BYTES and (smaller := next(pages, None)) is not None:
        page = smaller
    return page


def _render(report: Report, size: Size) -> str:
    environment = page_environment(ZoneInfo(report.manifest.timezone))
    template = environment.get_template("report.html.j2")
    legend = {"level": LEVEL, "score": SCORE, "order": ORDER, "numbers": NUMBERS}
    return template.render(page=make_page(report, size), legend=legend, **style_of(environment, "report.css"))


def style_of(environment: Environment, *names: str) -> dict[str, str]:
    """Return the style of a page, made of these files of ours, and its hash as the page's own policy names it."""
    style = _style(environment, names)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": style, "style_sha256": digest}


def page_environment(zone: ZoneInfo, *packages: str) -> Environment:
    """Return what renders pages, with templates of these packages beside those of the report. All that is put out is escaped."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*packages, "audit.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters |= {
        "cell": lambda value: _cell(value, _CELL_CHARACTERS),
        "long": lambda value: _cell(value, _LONG_CHARACTERS),
        "value": lambda value: _value(with_local_times(value, zone)),
        "count": _count,
        "share": percent,
        "parameter": lambda value: _cell(json.dumps(value, ensure_ascii=False), _LONG_CHARACTERS),
        "words": lambda name: str(name).replace("_", " "),
        "when": lambda moment: _when(moment, zone),
        "day": lambda moment: _when(moment, zone)[:10],
        "bar": _bar,
    }
    return environment


def _style(environment: Environment, names: Sequence[str]) -> Markup:
    loader = environment.loader
    assert isinstance(loader, BaseLoader)
    # Our own files, with nothing put into them: escaped, their quotes and arrows would be no style.
    return Markup("".join(loader.get_source(environment, name)[0] for name in names))  # noqa: S704


def _finalize(value: object) -> object:
    """Make what is put out inert; markup is what went through here before, inside a macro."""
    if isinstance(value, Markup):
        return value
    return "—" if value is None else visible(str(value))


def _cell(value: object, limit: int) -> str | None:
    return None if value is None else shortened(str(value), limit)


def _value(value: object) -> str | None:
    """Write a number of a finding's details, or a list or object of such."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, list | dict):
        return shortened(json.dumps(value, ensure_ascii=False), _CELL_CHARACTERS)
    return _cell(value, _CELL_CHARACTERS)


def _count(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _when(moment: datetime | None, zone: ZoneInfo) -> str:
    return "—" if moment is None else local_time(moment, zone)


def _bar(row: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Return the segments of a coverage bar, 100 wide: class, start, width."""
    segments = []
    start = 0.0
    for name in ("explained", "weak", "unexplained", "unjudged"):
        width = 100 * row[name] / row["accesses"] if row["accesses"] else 0.0
        segments.append((name, f"{start:.2f}", f"{width:.2f}"))
        start += width
    return segments
