"""A bar on a terminal that tells the step at hand and how far the engine is with it. On stderr; never a record's content."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from audit.progress import Share
from audit.text import visible

_EVERY_SECONDS = 0.2


class Bar:
    """Takes steps from the job, and asks the engine a few times a second how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)
        self._asked = threading.Lock()
        self._share: Share | None = None

    def __call__(self, step: str) -> None:
        """Show the step at hand."""
        self._progress.reset(self._task, description=visible(step), total=None)

    def watch(self, share: Share | None) -> None:
        """Ask this from now on."""
        # Waits for a question that is under way: after it the connection may be closed.
        with self._asked:
            self._share = share

    def look(self) -> None:
        """Ask once, and show the answer."""
        with self._asked:
            share = self._share() if self._share else None
        if share is None:
            self._progress.update(self._task, total=None)
        else:
            self._progress.update(self._task, total=1.0, completed=share)


@contextmanager
def bar() -> Iterator[Bar]:
    """Show a bar for as long as the block runs, and leave no trace of it."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    console = Console(stderr=True, markup=False, highlight=False)
    with Progress(*columns, console=console, transient=True, refresh_per_second=5) as progress:
        made = Bar(progress)
        over = threading.Event()
        thread = threading.Thread(target=_look_until, args=(made, over), daemon=True)
        thread.start()
        try:
            yield made
        finally:
            over.set()
            thread.join()


def _look_until(made: Bar, over: threading.Event) -> None:
    while not over.wait(_EVERY_SECONDS):
        made.look()
