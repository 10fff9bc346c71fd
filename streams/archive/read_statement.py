"""Says whether a query only reads this database, by the tree into which the engine itself parses it.

`readonly = 1` refuses writes, other servers and most table functions. It permits an output clause, the functions
`file` and `eval`, and `kill query` (measured with chdb 4.4), which are refused here.
"""

import re
from collections.abc import Callable, Mapping

from schemas.errors import Malformed

# Queries by the first word of their tree.
READING = frozenset(
    {
        "SelectWithUnionQuery",
        "SelectIntersectExceptQuery",
        "ShowTables",
        "ShowCreateTableQuery",
        "ShowCreateViewQuery",
        "DescribeQuery",
        "ExistsTableQuery",
        "ExistsViewQuery",
        "Explain",
    }
)
# Table functions that compute their rows; `v_…` are our own parameterised views.
TABLE_FUNCTIONS = frozenset({"numbers", "values", "generate_series", "view"})
OWN_VIEWS = re.compile(r"v_[a-z_0-9]+")
# They read files, evaluate text or call other services; as identifiers they are arguments of `arrayMap` and the like.
FORBIDDEN_FUNCTIONS = frozenset({"file", "eval", "catboostevaluate", "reversednsquery"})
CALLING_SERVICES = "ai"  # prefix of functions that send their arguments to a model's provider

_ESCAPES = {
    ord(character): escaped
    for character, escaped in (
        ("\\", "\\\\"),
        ("\n", "\\n"),
        ("\t", "\\t"),
        ("\r", "\\r"),
        ("\0", "\\0"),
    )
}

# Runs a query with parameters and returns the lines of its result; raises RuntimeError.
Ask = Callable[[str, Mapping[str, str]], str]


def check(sql: str, parameters: Mapping[str, str], ask: Ask) -> None:
    """Raise Malformed unless `sql` is one statement that only reads tables and views of this database.

    Raises RuntimeError, as `ask` does, for a query that the engine cannot parse.
    """
    # One parameter of the engine parses the text without running it and refuses several statements; `explain` would
    # run those that follow the first.
    ask("select formatQuerySingleLine({sql:String})", {"sql": _escape(sql)})
    tree = ask(f"explain ast {sql}", parameters).splitlines()
    reason = refusal(tree)
    if reason:
        raise Malformed("not_read_only", reason)


def refusal(tree: list[str]) -> str:
    """Return why a query of this tree is refused; empty if it is not. Names with line breaks can only add refusals."""
    if not tree or tree[0].split(" ", 1)[0] not in READING:
        return "only SELECT, WITH, SHOW, DESCRIBE, EXISTS and EXPLAIN are allowed"
    for before, line in zip(["", *tree], tree, strict=False):
        depth, text = _split(line)
        kind, _, rest = text.partition(" ")
        name = rest.split(" (", 1)[0]
        if kind == "Literal" and depth == 1:
            return "an output clause (INTO OUTFILE) is not allowed: this endpoint is read-only"
        if kind == "ColumnsApplyTransformer":
            return "APPLY is not allowed: name the columns"
        is_table = before.strip().startswith("TableExpression")
        if kind == "Function" and is_table and not _is_known_table(name):
            return f"the table function {name!r} is not allowed: this endpoint reads its own tables"
        if kind in {"Function", "Identifier"} and _is_forbidden(kind, name):
            return f"the function {name!r} is not allowed: this endpoint reads its own tables"
    return ""


def _split(line: str) -> tuple[int, str]:
    text = line.lstrip(" ")
    return len(line) - len(text), text


def _is_known_table(name: str) -> bool:
    return name.lower() in TABLE_FUNCTIONS or OWN_VIEWS.fullmatch(name) is not None


def _is_forbidden(kind: str, name: str) -> bool:
    lower = name.lower()
    return lower in FORBIDDEN_FUNCTIONS or (
        kind == "Function" and lower.startswith(CALLING_SERVICES)
    )


def _escape(text: str) -> str:
    """Return the text as the value of a parameter, which the engine reads as a field of TabSeparated."""
    return text.translate(_ESCAPES)
