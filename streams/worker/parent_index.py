"""The local index from a candidate or a job to its applications: keys without a value, beside the rows they come from."""

import hashlib
from collections.abc import Iterable, Iterator

from schemas.funnel import application_row as records
from schemas.funnel.candidate_events import Parent
from streams.worker.store import LOCAL, Partition

_DIGEST = 16  # bytes; of a fixed length, so that no name can be the beginning of another


def key(tenant: str, parent: Parent, subject: str) -> bytes:
    """The index entry of one application."""
    return _beginning(tenant, parent) + subject.encode()


def keys_of(rows: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """The entries that rows of the applications table imply."""
    for name, value in rows:
        tenant, _, subject = name.decode().partition("/")
        for parent in records.parents(value):
            yield key(tenant, parent, subject)


def applications(rows: Partition, tenant: str, parent: Parent) -> Iterator[str]:
    """The applications of a parent, in order."""
    beginning = _beginning(tenant, parent)
    for each in rows.keys_from(beginning):
        yield each[len(beginning) :].decode()


def _beginning(tenant: str, parent: Parent) -> bytes:
    name = f"{tenant}\x1f{parent}".encode()
    return LOCAL + hashlib.blake2b(name, digest_size=_DIGEST).digest()
