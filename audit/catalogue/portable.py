"""Refuse SQL outside the portable subset, node by node, and say what to use instead. The lists are in subset.py."""

from collections.abc import Iterator

from sqlglot import TokenType, exp
from sqlglot.errors import ErrorLevel, SqlglotError

from audit.catalogue.faults import suggestion
from audit.catalogue.rules import RULES
from audit.catalogue.statement import Statement, written_name
from audit.catalogue.subset import FUNCTIONS, INSTEAD, SYNTAX

_ODD_STRINGS = frozenset(
    {
        TokenType.BIT_STRING,
        TokenType.BYTE_STRING,
        TokenType.HEREDOC_STRING,
        TokenType.HEX_STRING,
        TokenType.NATIONAL_STRING,
        TokenType.RAW_STRING,
        TokenType.UNICODE_STRING,
    }
)


def faults_of_portability(statement: Statement) -> Iterator[str]:
    """Yield what is not portable in a query, each with where it stands and what to use instead."""
    found = list(_faults_of_tokens(statement))
    # What is below a function that is refused goes with it, and would only be named twice.
    for node in statement.tree.walk(prune=lambda node: type(node).__name__ not in SYNTAX | FUNCTIONS.keys()):
        reason = _reason_to_refuse(statement, node)
        if reason:
            found.append(f"{statement.place(node)}: {reason}")
    if not found:
        found.extend(_faults_of_colons(statement))
        found.extend(_faults_of_transpiling(statement))
    yield from dict.fromkeys(found)


def _faults_of_tokens(statement: Statement) -> Iterator[str]:
    """Yield what the parsed tree no longer shows."""
    following = (*statement.tokens[1:], None)
    for token, after in zip(statement.tokens, following, strict=True):
        line = statement.first_line + token.line - 1
        if token.token_type in _ODD_STRINGS:
            yield f"line {line}: write text as '…', without a letter or $ before it"
        elif token.token_type is TokenType.TILDE:
            yield f"line {line}: ~ matches the whole text in DuckDB and a part of it elsewhere: use regexp_matches"
        elif token.text.lower() == "len" and after is not None and after.token_type is TokenType.L_PAREN:
            yield f"line {line}: len: use length on text and array_length on lists"


def _faults_of_colons(statement: Statement) -> Iterator[str]:
    for token in statement.tokens:
        if token.token_type is TokenType.COLON:
            line = statement.first_line + token.line - 1
            yield f"line {line}: a colon is not in the portable subset: write parameters as $name, names with AS"


def _faults_of_transpiling(statement: Statement) -> Iterator[str]:
    try:
        statement.tree.sql("spark", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as fault:
        yield f"cannot be put into Spark's SQL: {fault}"


def _reason_to_refuse(statement: Statement, node: exp.Expr) -> str | None:
    kind = type(node).__name__
    name = node.name.lower() if isinstance(node, exp.Anonymous) else kind
    if name in INSTEAD:
        return INSTEAD[name]
    if kind not in SYNTAX and kind not in FUNCTIONS:
        if isinstance(node, exp.Func):
            word = written_name(statement, node)
            return f"{word} is not in the portable subset{suggestion(word, FUNCTIONS.values())}"
        return f"{kind} is not in the portable subset"
    rule = RULES.get(type(node))
    return rule(node) if rule else None
