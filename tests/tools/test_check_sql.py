"""Broken SQL is reported with its file and line, whether it stands in a file, a panel or a dashboard."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from streams.boards.specs.catalogue import BOARDS
from streams.tools.check_sql import problems, statements

SPEC = """PANEL = panel(
    "where_time_is_lost",
)
"""


def write(root: Path, name: str, text: str) -> None:
    """Write a file of a repository."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-- 日本\nselect 1\nfrom v_cells\nwhere\ngroup by", "5: Code: 62"),
        ("select 1;\nselect 2", "1: Code: 62"),
        ("-- nothing", "1: Code: 62"),
    ],
)
def test_a_broken_file_is_reported(client: Any, tmp_path: Path, text: str, problem: str) -> None:
    """A file with a broken statement, with two or with none is reported at the line of the error; others are not."""
    write(tmp_path, "sinks/clickhouse/views/v_a.sql", text)
    write(tmp_path, "sinks/clickhouse/views/v_b.sql", "select {a:UInt8}\nfrom v(b = {b:Date})")
    (line,) = problems(client, statements(tmp_path, ()))

    assert line.startswith(f"{tmp_path}/sinks/clickhouse/views/v_a.sql:{problem}")


def test_a_broken_panel_is_reported(client: Any, tmp_path: Path) -> None:
    """A panel with a broken statement is reported at the line of its id, with the line within the statement."""
    write(tmp_path, "streams/boards/specs/shared.py", SPEC)
    panel = replace(BOARDS[0].panels[0], id="where_time_is_lost", sql="select 1\nfro v_cells")
    board = replace(BOARDS[0], id="toys", panels=(panel,))
    (line,) = problems(client, statements(tmp_path, (board,)))

    assert line.startswith(
        f"{tmp_path}/streams/boards/specs/shared.py:2: panel where_time_is_lost of board toys, line 2:"
    )


def test_a_broken_query_of_a_dashboard_is_reported(client: Any, tmp_path: Path) -> None:
    """A broken query is reported at its line of the dashboard; Grafana's variables and macros are no errors."""
    valid = "select toDate($__fromTime), '${member:percentencode}', ${minor:raw}\nfrom v_cells where tenant = ${tenant:singlequote}"
    dashboard = {"panels": [{"targets": [{"rawSql": valid}, {"rawSql": f"{valid} or"}]}]}
    write(tmp_path, "deploy/grafana/boards/en/toys.json", json.dumps(dashboard, indent=1))
    (line,) = problems(client, statements(tmp_path, ()))

    assert line.startswith(f"{tmp_path}/deploy/grafana/boards/en/toys.json:9: rawSql, line 2:")
