"""The local index from candidates and jobs to applications: keys without values, beside the rows they derive from."""

import hashlib
from collections.abc import Iterable, Iterator

from schemas.funnel import application_row
from schemas.funnel.candidate_events import ParentKey
from streams.worker.store import LOCAL_PREFIX, Partition

_DIGEST_SIZE = 16  # bytes; fixed length, so that no key is a prefix of another parent's keys


def key(tenant: str, parent: ParentKey, subject: str) -> bytes:
    """Return the index key of one application."""
    return _prefix(tenant, parent) + subject.encode()


def index_keys(rows: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the index keys of rows of the applications table."""
    for name, value in rows:
        tenant, _, subject = name.decode().partition("/")
        for parent in application_row.decode_parents(value):
            yield key(tenant, parent, subject)


def applications(rows: Partition, tenant: str, parent: ParentKey) -> Iterator[str]:
    """Yield the applications of a parent, in key order."""
    prefix = _prefix(tenant, parent)
    for index_key in rows.keys_with_prefix(prefix):
        yield index_key[len(prefix) :].decode()


def _prefix(tenant: str, parent: ParentKey) -> bytes:
    name = f"{tenant}\x1f{parent}".encode()
    return LOCAL_PREFIX + hashlib.blake2b(name, digest_size=_DIGEST_SIZE).digest()
