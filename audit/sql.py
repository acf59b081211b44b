"""The one place where an identifier or a literal becomes SQL text. Values are bound wherever a statement can bind them."""


def quote_identifier(name: str) -> str:
    """Return the name as a quoted SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """Return the text as a SQL string literal, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


def quote_list(texts: tuple[str, ...]) -> str:
    """Return the texts as a parenthesised list of SQL string literals."""
    return "(" + ", ".join(quote_literal(text) for text in texts) + ")"
