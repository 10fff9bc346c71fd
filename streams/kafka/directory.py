"""Write and read the directory of names, as commands do; the gateway writes it through its own publisher."""

from collections.abc import Sequence

from schemas.errors import Malformed
from schemas.kafka.member_names import MemberName
from schemas.kafka.topics import MEMBERS
from streams.configuration.settings import Settings
from streams.kafka.append import append
from streams.kafka.topic_reader import read_topic


def record(settings: Settings, names: Sequence[MemberName]) -> None:
    """Return when the broker has the names; the first ones create the topic. Raise Unavailable."""
    records = [(name.key, name.model_dump_json().encode()) for name in names]
    append(settings, MEMBERS, records, "the names were not written")


def read(settings: Settings, tenant: str) -> list[MemberName]:
    """Return the latest record of each name of a company; raise Unavailable and Malformed."""
    latest: dict[bytes, MemberName] = {}
    for record_ in read_topic(settings.kafka_access, MEMBERS):
        if record_.value is not None:
            latest[record_.key] = _decode(record_.value)
    return [name for name in latest.values() if name.tenant == tenant]


def _decode(value: bytes) -> MemberName:
    try:
        return MemberName.model_validate_json(value)
    except ValueError as error:
        raise Malformed("member_name", str(error)[:200]) from error
