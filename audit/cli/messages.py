"""What is said on stderr: progress, warnings, errors and the closing summary. Never a result, never a record's content."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from audit.text import visible


@dataclass
class Messages:
    """Says things on stderr: as lines for people, or as one JSON object a line for schedulers.

    Not frozen: there is one from the first word on, and --log-format is known only later.
    """

    as_json: bool = False

    def warn(self, texts: Iterable[str]) -> None:
        """Say what somebody should look at."""
        for text in texts:
            self._say("warning", text)

    def error(self, texts: Iterable[str]) -> None:
        """Say what went wrong, a line for each fault."""
        for text in texts:
            self._say("error", text)

    def note(self, text: str) -> None:
        """Say something that is worth knowing and no fault."""
        if self.as_json:
            self._write_json({"level": "info", "message": text})
        else:
            for line in text.splitlines():
                _write(visible(line))

    def close(self, facts: Mapping[str, object]) -> None:
        """Say how a job ended: run id, counts, seconds. For schedulers only; people read the summary on stdout."""
        if self.as_json:
            self._write_json({"level": "info", "message": "done", **facts})

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Give a `notify` that shows the step at hand: a bar on a terminal, nothing where piped."""
        if self.as_json:
            started = time.monotonic()
            yield lambda step: self._write_json(
                {"level": "info", "step": step, "seconds": round(time.monotonic() - started, 3)}
            )
        elif not sys.stderr.isatty():
            yield lambda _step: None
        else:
            from audit.cli.progress import bar

            with bar() as shown:
                yield shown

    def _say(self, level: str, text: str) -> None:
        if self.as_json:
            self._write_json({"level": level, "message": text})
            return
        for line in text.splitlines():
            _write(f"audit: {level}: {visible(line)}")

    def _write_json(self, content: Mapping[str, object]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        _write(json.dumps({"time": now, **content}, default=str))


def _write(line: str) -> None:
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    # A scheduler that no longer reads stderr is no reason to end a night's work.
    try:
        sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()
    except OSError:
        pass
