"""Hash files side by side, ahead of the question whether each is known: a night knows nearly all of the log by content alone.

Size and time of a file are never taken for its content. Loads nothing; what is loaded is hashed again while it is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from audit.load.fingerprint import Fingerprint, hash_file

# More would only wait for the disk.
_AT_ONCE = 2


@contextmanager
def hashing_ahead(paths: Iterable[Path]) -> Iterator[Mapping[Path, Callable[[], Fingerprint]]]:
    """Begin to hash these files; each is waited for when it is called, and raises InputOutputError where it cannot be read."""
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="audit-hash")
    try:
        yield {path: pool.submit(hash_file, path).result for path in dict.fromkeys(paths)}
    finally:
        pool.shutdown(cancel_futures=True)
