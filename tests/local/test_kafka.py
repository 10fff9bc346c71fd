"""Tests that the local broker always gets a valid cluster id."""

import base64
from uuid import UUID

from streams.local.kafka import cluster_id


def test_a_cluster_id_is_not_parsed_as_an_option() -> None:
    """An id with a leading `-`, which one in 64 has and Kafka's tool refuses, is never used."""
    drawn = iter([UUID(bytes=b"\xf8" + bytes(15)), UUID(bytes=b"\xfb" * 16), UUID(int=7)])

    assert cluster_id(lambda: next(drawn)) == "AAAAAAAAAAAAAAAAAAAABw"


def test_a_cluster_id_has_sixteen_bytes() -> None:
    """A cluster id is 16 bytes in Kafka's base64 alphabet."""
    generated = cluster_id()

    assert len(base64.urlsafe_b64decode(generated + "==")) == 16
