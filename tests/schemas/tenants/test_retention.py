"""What may end, and what the configuration says about the rest."""

from pathlib import Path

import pytest

from schemas.kafka.retention import FOR_EVER, ending_topics
from schemas.tenants.retention import TopicRetention
from streams.configuration.files import Misconfigured, load_tenancy

FILE = """\
{above}
tenants:
  - id: acme
    name: A
    quarantine_key: {{ env: Q }}
    person_key: {{ env: P }}
    retention: {{ {own} }}
"""


def written(directory: Path, above: str = "", own: str = "") -> Path:
    """A configuration with settings for all and for one company."""
    path = directory / "hirelay.yaml"
    path.write_text(FILE.format(above=above, own=own))
    return path


def test_settings_are_read_and_everything_else_is_for_ever(tmp_path: Path) -> None:
    """Without settings Kafka keeps refused deliveries for 30 days, and the rest for ever."""
    tenancy = load_tenancy(written(tmp_path))
    (tenant,) = tenancy.tenants

    assert [topic.retention_ms for topic in ending_topics(tenancy.retention)] == [
        30 * 86_400_000,
        FOR_EVER,
    ]
    assert tenant.retention.quarantine_days is None and tenant.retention.candidates_days is None
    tenancy = load_tenancy(
        written(tmp_path, "retention: { audit_days: 3650 }", "candidates_days: 1095")
    )
    assert tenancy.retention == TopicRetention(audit_days=3650)
    assert tenancy.tenants[0].retention.candidates_days == 1095


@pytest.mark.parametrize(
    ("above", "own", "problem"),
    [
        ("", "quarantine_dais: 90", "did you mean .quarantine_days."),
        ("", "quarantine_days: 7", "keeps the deliveries themselves for 30 days: lower"),
        ("", "candidates_days: 90", "greater than or equal to 366"),
        ("", "events_days: 365", "every number is counted from the events"),
        ("retention: { ledger_days: 365 }", "", "a balance is the sum of all records"),
        ("retention: { quarantine_days: 0 }", "", "greater than or equal to 1"),
    ],
)
def test_what_cannot_end_is_refused_with_what_to_do(
    tmp_path: Path, above: str, own: str, problem: str
) -> None:
    """A misspelled key gets its neighbour, an impossible one its reason."""
    with pytest.raises(Misconfigured, match=problem):
        load_tenancy(written(tmp_path, above, own))


def test_the_list_of_refused_deliveries_may_be_as_short_as_kafka_keeps_them(tmp_path: Path) -> None:
    """With 7 days for all, a company may have 7 too."""
    path = written(tmp_path, "retention: { quarantine_days: 7 }", "quarantine_days: 7")

    assert load_tenancy(path).tenants[0].retention.quarantine_days == 7
