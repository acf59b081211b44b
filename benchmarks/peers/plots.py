"""Bars and lines as SVG, by hand: three plots are not worth a plotting library."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10
from pathlib import Path

_WIDTH, _ROW, _LEFT = 720, 30, 260
_COLOURS = ("#1f5fa8", "#c2571a", "#3d8b40", "#7b4fa3", "#666666", "#a3325a", "#1f8a8a", "#8a6d1f")
_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" font-family="sans-serif" font-size="13">'


def write_bars(path: Path, title: str, bars: Sequence[tuple[str, float]], unit: str) -> None:
    """Write horizontal bars from nought, each with its figure."""
    height = 50 + _ROW * len(bars)
    scale = (_WIDTH - _LEFT - 90) / max((value for _, value in bars), default=1)
    lines = [_HEAD.format(w=_WIDTH, h=height), f'<rect width="{_WIDTH}" height="{height}" fill="white"/>']
    lines.append(f'<text x="10" y="24" font-size="15">{escape(title)}</text>')
    for place, (name, value) in enumerate(bars):
        y = 40 + _ROW * place
        colour = _COLOURS[0] if name.startswith("Access Audit") else "#9db4cc"
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 17}" text-anchor="end">{escape(name)}</text>')
        lines.append(f'<rect x="{_LEFT}" y="{y + 3}" width="{value * scale:.1f}" height="20" fill="{colour}"/>')
        lines.append(f'<text x="{_LEFT + value * scale + 6:.1f}" y="{y + 17}">{value:.2f}{escape(unit)}</text>')
    path.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def write_lines(path: Path, title: str, series: Mapping[str, Sequence[tuple[float, float]]], unit: str) -> None:
    """Write lines over the number of events, both axes by powers of ten."""
    points = [point for line in series.values() for point in line]
    xs, ys = ([log10(point[i]) for point in points] for i in (0, 1))
    left, top, right, bottom = 70, 50, _WIDTH - 330, 350

    def at(x: float, y: float) -> tuple[float, float]:
        across = (log10(x) - min(xs)) / ((max(xs) - min(xs)) or 1)
        up = (log10(y) - min(ys)) / ((max(ys) - min(ys)) or 1)
        return left + across * (right - left), bottom - up * (bottom - top)

    lines = [_HEAD.format(w=_WIDTH, h=400), f'<rect width="{_WIDTH}" height="400" fill="white"/>']
    lines.append(f'<text x="10" y="24" font-size="15">{escape(title)}</text>')
    for x in sorted({point[0] for point in points}):
        lines.append(f'<text x="{at(x, points[0][1])[0]:.0f}" y="375" text-anchor="middle">{x / 1e6:g} M events</text>')
    ends: list[float] = []
    # From the highest down, so that a name that has to give way goes below its line's end. Figures beside the names: on the
    # lines they would cover one another.
    for place, (name, line) in enumerate(sorted(series.items(), key=lambda one: -max(one[1])[1])):
        colour = _COLOURS[place % len(_COLOURS)]
        spots = [at(x, y) for x, y in sorted(line)]
        path_of = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        lines.append(f'<polyline points="{path_of}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        y = max([spots[-1][1] + 4, *(other + 16 for other in ends[-1:])])
        ends.append(y)
        told = f"{escape(name)}: {', '.join(_figure(value) for _, value in sorted(line))}{unit}"
        lines.append(f'<text x="{right + 26}" y="{y:.1f}" font-size="11" fill="{colour}">{told}</text>')
    path.write_text("\n".join([*lines, "</svg>"]) + "\n", encoding="utf-8")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
