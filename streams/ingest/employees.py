"""The employees that a vendor's payload names.

Only companies with `names: people` have them read. A payload model that can name an employee has a property `employee`; models
of candidates have none, so that no candidate gets into the directory.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from schemas.tenants.config import Tenant
from schemas.text.plain import plain_name
from streams.ingest.cleaning.identifiers import clean_id

MAX_NAME_LENGTH = 200


class Employee(NamedTuple):
    """The id of an employee at the vendor, and the name; each may be empty in a payload."""

    id: str
    name: str


@runtime_checkable
class NamesEmployee(Protocol):
    """Part of a payload that is about an employee."""

    @property
    def employee(self) -> Employee:
        """The employee."""


def employees_in(payload: BaseModel, tenant: Tenant) -> tuple[Employee, ...]:
    """Return the employees that a payload names, with clean ids and names; none unless the company wants them."""
    if tenant.names != "people":
        return ()
    return tuple(dict.fromkeys(_clean(_walk(payload))))


def _walk(part: object) -> Iterator[Employee]:
    if isinstance(part, NamesEmployee):
        yield part.employee
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _walk(getattr(part, name))
    elif isinstance(part, tuple | list):
        for entry in part:
            yield from _walk(entry)


def _clean(employees: Iterable[Employee]) -> Iterator[Employee]:
    """Leave out what has no id or no name; an address is no name."""
    for employee in employees:
        id_, name = clean_id(employee.id), plain_name(employee.name)
        if id_ and name and "@" not in name:
            yield Employee(id_, name[:MAX_NAME_LENGTH])
