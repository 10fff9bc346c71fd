"""Parses all SQL with ClickHouse's own parser: files, panels of boards, and the queries of Grafana's dashboards.

`python -m streams.tools.check_sql` runs in the root of the repository, prints one line per error and exits with 1 if there is one.
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from streams.boards.spec import Board
from streams.boards.specs.catalogue import BOARDS

BROKEN = "select arrayMap(text -> formatQueryOrNull(text) is null, {texts:Array(String)})"
PARSE = "select formatQuery({text:String})"
POSITION = re.compile(r"failed at position (\d+) ")
END_OF_MESSAGE = re.compile(r"\. Expected one of|: In scope|\n")
# What Grafana replaces before it sends a query: a quoted variable, another variable, a macro of a time.
GRAFANA_VARIABLES = (
    (re.compile(r"\$\{\w+:singlequote\}"), "'x'"),
    (re.compile(r"\$\{\w+:\w+\}"), "1"),
    (re.compile(r"\$__\w+"), "now()"),
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement; `line` is where it begins in `path`. `name` is empty where the statement is the file's own text."""

    path: Path
    line: int
    text: str
    name: str = ""


def statements(root: Path, boards: Sequence[Board] = BOARDS) -> Iterator[Statement]:
    """Return every statement of the repository in `root`, with the panels of these boards."""
    for path in sorted((root / "sinks").rglob("*.sql")):
        yield Statement(path=path, line=1, text=path.read_text())
    yield from _panel_statements(sorted((root / "streams/boards/specs").glob("*.py")), boards)
    for path in sorted((root / "deploy/grafana/boards").rglob("*.json")):
        lines = path.read_text().splitlines()
        for key, text in _grafana_queries(json.loads("\n".join(lines))):
            written = f'"{key}": {json.dumps(text, ensure_ascii=False)}'
            line = next((n for n, code in enumerate(lines, 1) if written in code), 1)
            for pattern, value in GRAFANA_VARIABLES:
                text = pattern.sub(value, text)  # noqa: PLW2901 - the query as it is sent
            yield Statement(path=path, line=line, text=text, name=key)


def _panel_statements(specs: Sequence[Path], boards: Sequence[Board]) -> Iterator[Statement]:
    """Return the statements of the panels, each at the line that names its id."""
    lines = [
        (path, number, code)
        for path in specs
        for number, code in enumerate(path.read_text().splitlines(), 1)
    ]
    for board in boards:
        for panel in board.panels:
            path, line = next(
                ((path, line) for path, line, code in lines if f'"{panel.id}"' in code),
                (Path(board.id), 1),
            )
            name = f"panel {panel.id} of board {board.id}"
            yield Statement(path=path, line=line, text=panel.sql, name=name)


def _grafana_queries(value: Any) -> Iterator[tuple[str, str]]:
    """Return the queries of panels, annotations and variables with their keys, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, str) and (
                key == "rawSql" or (key == "query" and value.get("type") == "query")
            ):
                yield key, part
            else:
                yield from _grafana_queries(part)
    elif isinstance(value, list):
        for part in value:
            yield from _grafana_queries(part)


def problems(client: Any, checked: Iterable[Statement]) -> list[str]:
    """Return `path:line: error` for each statement that is not a single valid one."""
    unique = {statement.text: statement for statement in checked}
    ((flags,),) = client.query(BROKEN, parameters={"texts": list(unique)}).result_rows
    return [
        _problem(client, statement)
        for statement, broken in zip(unique.values(), flags, strict=True)
        if broken
    ]


def _problem(client: Any, statement: Statement) -> str:
    message = ""
    try:
        client.query(PARSE, parameters={"text": statement.text})
    except ClickHouseError as error:
        message = END_OF_MESSAGE.split(str(error), maxsplit=1)[0]
    position = POSITION.search(message)
    start = "" if position is None else statement.text.encode()[: int(position[1]) - 1].decode()
    within = start.count("\n") + 1
    if statement.name:
        return f"{statement.path}:{statement.line}: {statement.name}, line {within}: {message}"
    return f"{statement.path}:{within}: {message}"


def main() -> None:
    """Parse the statements of the repository in the working directory."""
    checked = list(statements(Path()))
    with tempfile.TemporaryDirectory() as directory:
        client = connect(ClickHouseAccess(url=f"chdb://{directory}"))
        errors = problems(client, checked)
        client.close()
    if errors:
        sys.exit("\n".join(errors))
    sys.stdout.write(f"SQL: {len(checked)} statements parsed\n")


if __name__ == "__main__":
    main()
