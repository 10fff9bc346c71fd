"""What to do when ClickHouse refuses a query of a command."""

import re

DRIVER = "clickhouse_connect"  # by name: importing it would slow down every command
CODE = re.compile(r"[Cc]ode:? (\d+)")
REMEDIES = {
    "60": "it was migrated by another version; restart `hirelay up`, or run `hirelay migrate` against a server",
    "164": "the local endpoint only reads; a local stack migrates its database when `hirelay up` starts",
}
MAX_LENGTH = 200


def clickhouse_refusal(problem: Exception) -> str | None:
    """Return what ClickHouse said and what to do; None for an error that is not ClickHouse's."""
    if not type(problem).__module__.startswith(DRIVER):
        return None
    text = str(problem)
    code = CODE.search(text)
    remedy = REMEDIES.get(code.group(1), "") if code else ""
    first, _, _ = text.partition("\n")
    message = first if len(first) <= MAX_LENGTH else f"{first[:MAX_LENGTH]}…"
    return f"clickhouse refused a query: {remedy or message}"
