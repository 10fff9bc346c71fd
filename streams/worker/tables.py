"""The worker's three Faust tables, whose changelogs we write ourselves."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import faust

from schemas import cells
from schemas.funnel import application_row
from schemas.kafka.topics import APPLICATIONS, KPI_CELLS, PEOPLE, Topic
from streams.configuration.settings import Settings
from streams.worker import parent_index, partition_state
from streams.worker.flush import Tables
from streams.worker.store import LocalTable, Rows


def add_tables(app: faust.App, settings: Settings, directory: Path, epoch: int) -> Tables:
    """Add the tables of an epoch to the application; their local rows are under `directory`."""
    add_table = partial(_add_table, app, settings, directory)
    return Tables(
        applications=add_table(
            APPLICATIONS.in_epoch(epoch), application_row.decode_version, parent_index.index_keys
        ),
        cells=add_table(KPI_CELLS.in_epoch(epoch), lambda value: cells.decode_cell(value).o),
        people=add_table(PEOPLE.in_epoch(epoch), partition_state.context_version),
    )


def _add_table(  # noqa: PLR0913, PLR0917 - all properties of a table in one place
    app: faust.App,
    settings: Settings,
    directory: Path,
    topic: Topic,
    version: Callable[[bytes], int],
    index_keys: Callable[[Rows], Iterable[bytes]] = lambda _rows: (),
) -> LocalTable:
    table = LocalTable(
        app,
        name=topic.name,
        key_type=bytes,
        value_type=bytes,
        partitions=settings.partitions,
        changelog_topic=_create_changelog_topic(app, settings, topic),
    )
    table.topic = topic.name
    table.version = version
    table.index_keys = index_keys
    table.directory = directory / topic.name
    table.access = settings.kafka_access
    app.tables.add(table)
    return table


def _create_changelog_topic(app: faust.App, settings: Settings, topic: Topic) -> Any:
    return app.topic(
        topic.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=settings.partitions,
        compacting=True,
        internal=True,
        acks=False,
        allow_empty=True,
    )
