"""Options that several commands share."""

from collections.abc import Callable
from typing import Any

import click

from audit.cli.words import FORMATS

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def format_option(*formats: str) -> Decorator:
    """--format, with the formats that the command knows."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats or FORMATS),
        default="table",
        show_default=True,
        help="How to print: a table for people, the others for machines.",
    )


def examples(*lines: str) -> str:
    """Return the end of a help text: commands to copy, each on its line."""
    heading = "Example:" if len(lines) == 1 else "Examples:"
    # The backspace is click's sign for a paragraph that it must not fold.
    return "\n".join(["\b", heading, *(f"  {line}" for line in lines)])
