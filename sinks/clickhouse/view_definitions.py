"""Views, one file each: applied in the order of what they read, and again whenever any of it changes."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from typing import Any

from schemas.errors import Malformed
from sinks.clickhouse import ledger

COMMENT = re.compile(r"--.*")
CREATE_TABLE = re.compile(r"create table if not exists (\w+)")
CREATE_VIEW = re.compile(r"create or replace view (\w+) as\n")
FORMER_VIEW = re.compile(r"\d{4}_(v_\w+)\.sql")
DROPPED = ""  # the checksum of a view that was dropped
EXISTING_VIEWS = """
select name
from system.tables
where database = currentDatabase()
    and engine = 'View'
"""


@dataclass(frozen=True, kw_only=True)
class View:
    """The statement that creates or replaces one view, and the checksum of all that the result depends on."""

    name: str
    sql: str
    checksum: str


def view_files() -> dict[str, str]:
    """Return the statement of every view by the name of its file."""
    folder = files("sinks.clickhouse") / "views"
    return {
        path.name.removesuffix(".sql"): path.read_text()
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".sql")
    }


def ordered_views(statements: Mapping[str, str], tables: Mapping[str, str]) -> list[View]:
    """Return the views, each after those that it reads.

    Raise Malformed for a file that creates another view than its name says, and when views read each other in a circle.
    `tables` are the statements about tables with their checksums. A view depends on its statement, on the views that it
    reads and on every statement about a table that it reads, because `select *` lists its columns when it is created.
    """
    for name, sql in statements.items():
        if CREATE_VIEW.findall(_code(sql)) != [name] or not name.startswith("v_"):
            raise Malformed("view", f"{name}.sql must be `create or replace view {name} as …`")
    table_names = {name for sql in tables for name in CREATE_TABLE.findall(sql)}
    by_table = {
        table: [checksum for sql, checksum in tables.items() if table in _words(sql)]
        for table in table_names
    }
    reads = {
        name: sorted(_words(sql) & statements.keys() - {name}) for name, sql in statements.items()
    }
    try:
        order = list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        raise Malformed("view", f"views read each other: {' → '.join(error.args[1])}") from error
    views: dict[str, View] = {}
    for name in order:
        sql = statements[name]
        parts = [sql, *(views[view].checksum for view in reads[name])]
        for table in sorted(_words(sql) & table_names):
            parts += by_table[table]
        views[name] = View(name=name, sql=sql, checksum=_checksum(parts))
    return list(views.values())


def apply(client: Any, views: Sequence[View], recorded: Mapping[str, str]) -> list[str]:
    """Create or replace the views that are missing or changed, drop those without a file; return what was done.

    `recorded` is the ledger. A view that was never in it is not ours and stays.
    """
    existing = {name for (name,) in client.query(EXISTING_VIEWS).result_rows}
    done = []
    for view in views:
        if view.name in existing and recorded.get(view.name) == view.checksum:
            continue
        client.command(view.sql)
        ledger.record(client, view.name, view.checksum)
        done.append(f"{'replaced' if view.name in existing else 'created'} view {view.name}")
    for name in sorted(_recorded_views(recorded) - {view.name for view in views}):
        client.command(f"drop view if exists {name}")
        ledger.record(client, name, DROPPED)
        done.append(f"dropped view {name}")
    return done


def _recorded_views(recorded: Mapping[str, str]) -> set[str]:
    """Return the views in the ledger, also those under their former migrations, unless they were dropped."""
    former = {match[1] for name in recorded if (match := FORMER_VIEW.fullmatch(name))}
    current = {name for name in recorded if name.startswith("v_")}
    return {name for name in former | current if recorded.get(name) != DROPPED}


def _code(sql: str) -> str:
    return COMMENT.sub("", sql)


def _words(sql: str) -> set[str]:
    return set(re.findall(r"\w+", _code(sql)))


def _checksum(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
