"""Read a clean CSV file as a stream of Arrow batches in the order of the file, each checked before it is handed on.

Blocks of whole records are parsed side by side and numbered in their order, so that nothing of the file stands in memory but a
few of them. What the parser gives is believed only where an independent count of records and delimiters agrees.
"""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import csv

from audit.load.counting import Count, CountingRule, count_records
from audit.load.csv_blocks import NotPlainError, read_blocks
from audit.load.csv_dialect import is_plain
from audit.load.csv_head import Head
from audit.load.files import compression_of, is_utf8
from audit.load.order import Order, order_of
from audit.progress import told_by
from audit.sources.definition import ReadOptions

STREAM = "raw_stream"
_IN_FLIGHT = 4
_WORKERS = 2


@dataclass(frozen=True)
class _Parsed:
    """A block as columns, what was counted in it, and in which order the cells of the watched column stand."""

    table: pa.Table
    count: Count
    order: Order


class UntrimmedError(NotPlainError):
    """A cell begins or ends with white space, though none was to."""


@dataclass
class Seen:
    """What was seen of a file. `bytes`: how far it was read, decompressed. `whole`: to its end. `order`: of the watched cells."""

    records: int = 0
    bytes: int = 0
    trimmed: bool = True
    ended: bool = True
    order: Order = field(default_factory=Order)
    whole: bool = False


class CsvStream:
    """A file that may be read as a relation named STREAM, of `record_no` and text columns c0, c1, …, as often as needed."""

    def __init__(self, path: Path, read: ReadOptions, head: Head) -> None:
        self.path = path
        self.head = head
        self.watched: int | None = None
        self.only_trimmed = False
        self.seen = Seen()
        self._rule = CountingRule(read.quote.encode(), read.delimiter.encode())
        self._names = [f"c{position}" for position in range(len(head.header))]
        self._parse_options = csv.ParseOptions(
            delimiter=read.delimiter, quote_char=read.quote or False, newlines_in_values=True
        )
        null = "" in read.null_values
        self._convert_options = csv.ConvertOptions(
            column_types=dict.fromkeys(self._names, pa.string()), strings_can_be_null=null, quoted_strings_can_be_null=null,
            null_values=[""] if null else [],
        )  # fmt: skip

    @contextmanager
    def as_relation(self, connection: duckdb.DuckDBPyConnection, start: int = 0, before: int = 0) -> Iterator[None]:
        """Let one statement read the file from the byte `start` on, behind which stand `before` records; then `seen` tells.

        Raises:
            NotPlainError: the file is not clean. InputOutputError: it cannot be read, or the archive is cut off or broken.

        """
        start = start or self.head.start
        self.seen = Seen(before, start)
        fault: list[BaseException] = []
        schema = pa.schema([("record_no", pa.int64()), *((name, pa.string()) for name in self._names)])
        batches = self._kept_faults(start, fault)
        # A result of which one row was fetched counts as unfinished, and then nothing can be registered.
        connection.execute("SELECT 1").fetchall()
        connection.register(STREAM, pa.RecordBatchReader.from_batches(schema, batches))
        try:
            with told_by(connection, self._share):
                yield
        except duckdb.Error:
            if fault:
                raise fault[0] from None
            raise
        finally:
            # Where it was stopped from outside, one of the engine's threads may be in it still.
            with suppress(ValueError):
                batches.close()
        connection.unregister(STREAM)
        if not self.seen.whole:
            # The engine asked for less than all of it: what it has is not the file.
            raise NotPlainError

    def _share(self) -> float | None:
        """How much of the file was read, of 1; of a compressed one nobody knows."""
        if compression_of(self.path) is not None:
            return None
        return min(self.seen.bytes / max(self.path.stat().st_size, 1), 1.0)

    def begins_trimmed(self) -> bool:
        """Say whether the cells of the first block are free of white space at their ends."""
        first = next(read_blocks(self.path, self.head.start, self._rule), b"")
        return count_records(first, self._rule).trimmed

    def _kept_faults(self, start: int, fault: list[BaseException]) -> Generator[pa.RecordBatch]:
        """Yield the batches, and keep what goes wrong, Ctrl-C too: through the engine it would come as a text."""
        try:
            yield from self._batches(start)
        except GeneratorExit:
            raise
        except BaseException as caught:
            fault.append(caught)
            raise

    def _batches(self, start: int) -> Iterator[pa.RecordBatch]:
        with ThreadPoolExecutor(_WORKERS) as pool:
            waiting: deque[Future[_Parsed]] = deque()
            for block in read_blocks(self.path, start, self._rule):
                self.seen.bytes += len(block)
                waiting.append(pool.submit(self._parse, block))
                if len(waiting) > _IN_FLIGHT:
                    yield from self._numbered(waiting.popleft().result())
            while waiting:
                yield from self._numbered(waiting.popleft().result())
        self.seen.whole = True

    def _parse(self, block: bytes) -> _Parsed:
        count = count_records(block, self._rule)
        if not count.clear:
            raise NotPlainError
        if self.only_trimmed and not count.trimmed:
            raise UntrimmedError
        options = csv.ReadOptions(column_names=self._names, use_threads=False, block_size=len(block) + 1)
        try:
            table = csv.read_csv(pa.py_buffer(block), options, self._parse_options, self._convert_options)
        except pa.ArrowInvalid as fault:
            raise NotPlainError from fault
        if (table.num_rows, table.num_rows * (len(self._names) - 1)) != (count.records, count.delimiters):
            raise NotPlainError
        order = Order() if self.watched is None else order_of(table.column(self.watched))
        return _Parsed(table, count, order)

    def _numbered(self, parsed: _Parsed) -> Iterator[pa.RecordBatch]:
        first, seen = self.seen.records + 1, self.seen
        numbers = pa.array(np.arange(first, first + parsed.table.num_rows, dtype=np.int64))
        seen.records += parsed.table.num_rows
        seen.trimmed, seen.ended = seen.trimmed and parsed.count.trimmed, parsed.count.ended
        seen.order = seen.order.followed_by(parsed.order)
        yield from parsed.table.add_column(0, "record_no", numbers).to_batches()


def open_stream(path: Path, read: ReadOptions, head: Head) -> CsvStream | None:
    """Return a file as a stream, or None where its dialect or its encoding is none that the fast reader reads."""
    plain = is_utf8(read.encoding) and is_plain(read) and (read.delimiter + read.quote).isascii()
    return CsvStream(path, read, head) if plain and head.line_end == "\n" else None


def copy_stream(
    connection: duckdb.DuckDBPyConnection,
    stream: CsvStream,
    name: str,
    where: str = "TRUE",
    start: int = 0,
    before: int = 0,
) -> None:
    """Make a temporary table of the records of a stream for which a condition holds, from the byte `start` on.

    Raises:
        NotPlainError: the file is not clean. InputOutputError: it cannot be read, or the archive is cut off or broken.

    """
    with stream.as_relation(connection, start, before):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {STREAM} WHERE {where}").fetchall()
