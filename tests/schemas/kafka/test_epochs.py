"""Workers that record new connections at the same time lose none of them."""

from datetime import UTC, datetime

from schemas.kafka.epochs import Epoch
from schemas.tenants.config import StageRule
from schemas.tenants.mapping_snapshot import ConnectionMapping, MappingSnapshot, TenantMapping


def record(**stages: str) -> Epoch:
    """Return a record of epoch 0 with one connection per keyword, whose first stage has that milestone."""
    connections = {
        name: ConnectionMapping(stages=(StageRule(stage_id="s1", milestone=milestone),))
        for name, milestone in stages.items()
    }
    return Epoch(
        number=0,
        state="live",
        facts=1,
        meaning=MappingSnapshot(tenants={"acme": TenantMapping(connections=connections)}),
        changed=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_later_record_keeps_the_connections_of_an_earlier_one() -> None:
    """Each of two workers wrote what it had read before the other wrote."""
    assert record(lever="screening").following(record(ashby="offer")).meaning == (
        record(ashby="offer", lever="screening").meaning
    )


def test_the_first_mapping_of_a_connection_stands() -> None:
    """Its worker may have counted with it already."""
    assert record(lever="offer").following(record(lever="screening")) == record(lever="screening")


def test_the_state_is_that_of_the_last_record() -> None:
    """Only mappings accumulate."""
    retired = record(lever="offer").model_copy(update={"state": "retired"})

    assert retired.following(record(lever="offer")) == retired
