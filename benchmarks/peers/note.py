"""Write docs/performance.md: its text from performance.md beside this file, its figures from the results, its plots as SVG."""

from pathlib import Path
from statistics import median
from string import Template

from commands import FINDINGS
from contenders import CONTENDERS
from plots import write_bars, write_lines
from results import Results

_OURS = "audit"
_FLOOR = "floor-table"


def write_note(results: Results, target: Path) -> None:
    """Write the note, and its plots into a folder of its name beside it."""
    plots = target.with_suffix("")
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    sizes = sorted({int(place.partition("/")[0]) for place in results.held["measures"] if "/command-" not in place})
    parts = {
        "machine": _machine(results),
        "tables": "\n\n".join(_table(results, events) for events in sizes),
        "plots": "\n\n".join(_bars(results, events, plots) for events in sizes) + _growth(results, sizes, plots),
        "answers": _answers(results, sizes),
        "goals": "\n\n".join(_goals(results, events) for events in sizes),
        "steps": _steps(results),
        "commands": _commands(results),
        "command": f"--events {' '.join(map(str, sizes))}",
    }
    text = Path(__file__).with_name("performance.md").read_text(encoding="utf-8")
    target.write_text(Template(text).substitute(parts), encoding="utf-8")


def _machine(results: Results) -> str:
    facts = results.held["facts"]
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    return (
        f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gb']} GB, {facts['system']}; {versions}. "
        f"Seed {facts['seed']}, {facts['days']} days, {facts['staff_per_million']} staff for each million events "
        f"(at least 300). While it was measured: {facts['state']}."
    )


def _table(results: Results, events: int) -> str:
    head = [
        f"### {events:,} events",
        "",
        "| | seconds | CPU seconds | peak GB | CPU by typed table | CPU by whole run | memory by whole run |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for one in CONTENDERS:
        taken = results.taken(events, one.id)
        if not taken:
            continue
        failed = next((each.failed for each in taken if each.failed), None)
        if failed:
            head.append(f"| {one.title} | {failed} | | | | | |")
            continue
        cells = [_spread([getattr(each, what) for each in taken]) for what in ("seconds", "cpu", "peak_gb")]
        ratios = [("cpu", _FLOOR), ("cpu", _OURS), ("peak_gb", _OURS)]
        cells += [_times(_ratio(results, events, one.id, other, what)) for what, other in ratios]
        head.append(f"| {one.title} | {' | '.join(cells)} |")
    left_out = [one.title for one in CONTENDERS if not results.taken(events, one.id)]
    rounds = max(len(results.taken(events, one.id)) for one in CONTENDERS)
    head += ["", f"Rounds: {rounds}." + (f" Not measured at this size: {', '.join(left_out)}." if left_out else "")]
    return "\n".join(head)


def _spread(values: list[float]) -> str:
    middle = median(values)
    return f"{middle:.2f}" if len(values) == 1 else f"{middle:.2f} ({min(values):.2f}–{max(values):.2f})"


def _ratio(results: Results, events: int, one: str, other: str, what: str) -> float | None:
    above, below = results.middle(events, one, what), results.middle(events, other, what)
    return above / below if above is not None and below else None


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _bars(results: Results, events: int, plots: Path) -> str:
    shown = []
    for what, words in {"cpu": "CPU seconds", "peak_gb": "Peak memory"}.items():
        bars = [(one.title, _ratio(results, events, one.id, _OURS, what)) for one in CONTENDERS]
        kept = [(title, ratio) for title, ratio in bars if ratio is not None]
        path = plots / f"{what}-{events}.svg"
        write_bars(path, f"{words}, times those of a whole run of Access Audit: {events:,} events", kept, "")
        shown.append(f"![{words} at {events:,} events]({plots.name}/{path.name})")
    return "\n\n".join(shown)


def _growth(results: Results, sizes: list[int], plots: Path) -> str:
    if len(sizes) < 2:
        return ""
    shown = [""]
    for what, words, unit in (("cpu", "CPU seconds", " s"), ("peak_gb", "Peak memory", " GB")):
        series = {}
        for one in CONTENDERS:
            line = [(events, results.middle(events, one.id, what)) for events in sizes]
            known = [(events, value) for events, value in line if value]
            if len(known) > 1:
                series[one.title] = known
        path = plots / f"growth-{what}.svg"
        write_lines(path, f"{words} as the log grows", series, unit)
        shown.append(f"![{words} as the log grows]({plots.name}/{path.name})")
    return "\n\n".join(shown)


def _answers(results: Results, sizes: list[int]) -> str:
    lines = [
        "| events | unexplained | repeated | after a warning | the same rows from |",
        "| ---: | ---: | ---: | ---: | --- |",
    ]
    for events in sizes:
        ours = results.found(events, "audit-work")
        if ours is None:
            continue
        same = [one.title for one in CONTENDERS if one.id != "audit-work" and results.found(events, one.id) == ours]
        lines.append(f"| {events:,} | {' | '.join(f'{count:,}' for count, _ in ours.values())} | {'; '.join(same)} |")
    return "\n".join(lines)


def _goals(results: Results, events: int) -> str:
    """Return the goals that the project set itself for ten million events, as they stand at this size."""
    goals = [
        ("whole run, times the typed table", _OURS, _FLOOR, "at most 2.5"),
        ("pandas, times the whole run", "pandas", _OURS, "at least 4"),
        ("whole run with 1 GB for the engine, times one without a limit", "audit-small", _OURS, ""),
        ("pandas, times the three detectors", "pandas", "audit-work", ""),
        ("polars, times the three detectors", "polars", "audit-work", "above 1"),
        ("SQLite, times the three detectors", "sqlite", "audit-work", "above 1"),
        ("PySpark, times the three detectors", "spark", "audit-work", "above 1"),
        ("the three detectors, times the DuckDB script", "audit-work", "duckdb", ""),
    ]
    lines = [
        f"{events:,} events:",
        "",
        "| | seconds | CPU seconds | memory | goal |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for title, one, other, goal in goals:
        cells = [_ratio(results, events, one, other, what) for what in ("seconds", "cpu", "peak_gb")]
        if any(cells):
            lines.append(f"| {title} | {' | '.join(map(_times, cells))} | {goal} |")
    return "\n".join(lines)


def _steps(results: Results) -> str:
    lines = ["| run | step | seconds | share |", "| --- | --- | ---: | ---: |"]
    for place, steps in results.held.get("steps", {}).items():
        events, _, contender = place.partition("/")
        title = next(one.title for one in CONTENDERS if one.id == contender)
        for step, seconds in sorted(steps.items(), key=lambda item: -item[1]):
            share = seconds / sum(steps.values())
            lines.append(f"| {title}, {int(events):,} events | {step} | {seconds:.2f} | {share:.0%} |")
    return "\n".join(lines)


def _commands(results: Results) -> str:
    lines = ["| | seconds | CPU seconds | peak GB | goal, seconds |", "| --- | ---: | ---: | ---: | ---: |"]
    titles = {"help": ("`audit --help`", "0.2"), "findings": (f"`audit findings`, {FINDINGS:,} findings", "1")}
    for name, (title, goal) in titles.items():
        if taken := results.taken(FINDINGS, f"command-{name}"):
            cells = [_spread([getattr(one, what) for one in taken]) for what in ("seconds", "cpu", "peak_gb")]
            lines.append(f"| {title} | {' | '.join(cells)} | {goal} |")
    return "\n".join(lines)
