"""Parse a query's SQL and say what it is: one SELECT, its relations, parameters and columns. Runs nothing."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError

_FIRST_WORDS = frozenset({TokenType.SELECT, TokenType.WITH})


@dataclass(frozen=True)
class Statement:
    """One parsed SELECT. `tokens` and `text` are as written; `first_line` is where the text begins in its file."""

    tree: exp.Query
    tokens: tuple[Token, ...]
    text: str
    first_line: int

    @functools.cached_property
    def tables(self) -> tuple[exp.Table, ...]:
        """Every relation that it reads, its own CTEs excluded."""
        return tuple(table for table in self.tree.find_all(exp.Table) if not _is_cte(table))

    @property
    def relations(self) -> frozenset[str]:
        """The names of those relations; table functions have none."""
        return frozenset(table.name.lower() for table in self.tables if table.name)

    @property
    def parameters(self) -> frozenset[str]:
        """The `$names` that it binds."""
        names = (str(mark.this or "") for mark in self.tree.find_all(exp.Placeholder))
        return frozenset(name for name in names if name.isidentifier())

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that it yields: those of the first branch of a UNION."""
        return frozenset(name.lower() for name in self.tree.named_selects)

    @property
    def outermost(self) -> tuple[exp.Select, ...]:
        """The SELECTs whose rows it yields: several in a UNION."""
        return tuple(_branches(self.tree))

    def place(self, node: exp.Expr) -> str:
        """Return where the node stands and how it begins, for a message."""
        line = next((part.meta["line"] for part in node.walk() if "line" in part.meta), None)
        words = " ".join(node.sql("duckdb", unsupported_level=ErrorLevel.IGNORE).split())
        shown = words if len(words) <= 60 else f"{words[:57]}…"
        return f"line {self.first_line + line - 1}, {shown}" if line else shown


def parse(text: str, first_line: int = 1) -> Statement:
    """Parse the text as one SELECT.

    Raises:
        ValueError: it is not one; says what it is and what to do.

    """
    try:
        tokens = tuple(_tokens(text))
    except SqlglotError as fault:
        raise ValueError(f"the SQL cannot be read: {_plain(fault, first_line)}") from fault
    if not tokens:
        raise ValueError("there is no SQL; write one SELECT under the header")
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        raise ValueError("a query is one SELECT: leave out the semicolon and what follows it")
    # Looked at before parsing: sqlglot takes what it does not know for a command, and says so on the log.
    if tokens[0].token_type not in _FIRST_WORDS:
        raise ValueError(f"a query is one SELECT, and may do nothing else: it begins with {tokens[0].text.upper()}")
    try:
        trees = DuckDB().parser().parse(list(tokens), text)
    except SqlglotError as fault:
        raise ValueError(f"the SQL cannot be read: {_plain(fault, first_line)}") from fault
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation):
        raise ValueError("a query is one SELECT, and may do nothing else")
    return Statement(tree=trees[0], tokens=tokens, text=text, first_line=first_line)


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens, each with the line that it stands in.

    Behind a `$name` sqlglot's own is too large: it looks for the end of a dollar-quoted text, and comes back without its count.
    """
    line, before = 1, 0
    for token in DuckDB().tokenize(text):
        line += text.count("\n", before, token.start)
        before = token.start
        token.line = line
        yield token


def written_name(statement: Statement, node: exp.Expr) -> str:
    """Return the name of a function as the author wrote it."""
    if "start" in node.meta and "end" in node.meta:
        return statement.text[node.meta["start"] : node.meta["end"] + 1].lower()
    return str(node.name if isinstance(node, exp.Anonymous) else node.sql("duckdb").split("(")[0]).lower()


def _branches(tree: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(tree, exp.Select):
        yield tree
    elif isinstance(tree, exp.SetOperation):
        yield from _branches(tree.left)
        yield from _branches(tree.right)
    elif isinstance(tree, exp.Subquery):
        yield from _branches(tree.this)


def _is_cte(table: exp.Table) -> bool:
    """Tell whether a name means a CTE where it stands: a CTE hides a relation only from what can see it."""
    if table.args.get("db"):
        return False
    below: exp.Expr = table
    while (node := below.parent) is not None:
        clause = below if isinstance(below, exp.With) else node.args.get("with_")
        if isinstance(clause, exp.With) and table.name.lower() in _visible(clause, table):
            return True
        below = node
    return False


def _visible(clause: exp.With, table: exp.Table) -> set[str]:
    names: set[str] = set()
    for cte in clause.expressions:
        inside = any(node is cte for node in _ancestors(table))
        if inside and not clause.args.get("recursive"):
            break
        names.add(cte.alias.lower())
        if inside:
            break
    return names


def _ancestors(node: exp.Expr) -> Iterator[exp.Expr]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _plain(fault: SqlglotError, first_line: int) -> str:
    # sqlglot's own message quotes the text with terminal codes in it.
    details = getattr(fault, "errors", None)
    if not details:
        return "a quote or comment is left open"
    first = details[0]
    return f"{first['description']} near line {first_line + first['line'] - 1}, column {first['col']}"
