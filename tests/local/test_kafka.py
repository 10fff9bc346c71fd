"""The local broker can be started every time, not only most of the time."""

import base64
from uuid import UUID

from streams.local.kafka import cluster_id


def test_no_cluster_is_called_like_an_option() -> None:
    """One of 64 random ids would begin with `-`, and Kafka's tool would refuse it."""
    drawn = iter([UUID(bytes=b"\xf8" + bytes(15)), UUID(bytes=b"\xfb" * 16), UUID(int=7)])

    assert cluster_id(lambda: next(drawn)) == "AAAAAAAAAAAAAAAAAAAABw"


def test_a_cluster_has_sixteen_bytes_for_a_name() -> None:
    """In the alphabet of Kafka's ids."""
    found = cluster_id()

    assert len(base64.urlsafe_b64decode(found + "==")) == 16
