"""Names of employees on their way into the directory of names."""

import logging
from collections.abc import Iterable
from datetime import datetime

from schemas.errors import Unavailable
from schemas.kafka.member_names import MemberName
from streams.ingest.employees import Employee
from streams.ingest.kafka.name_index import NameIndex
from streams.ingest.kafka.publisher import Publisher

log = logging.getLogger(__name__)


class EmployeeNames:
    """Holds names until Kafka has them. A name that is lost with the process comes with a later delivery."""

    def __init__(self, index: NameIndex) -> None:
        """`index` knows the names that Kafka has."""
        self._index = index
        self._pending: dict[bytes, MemberName] = {}
        self._noted: dict[bytes, str] = {}

    def note(self, tenant: str, employees: Iterable[Employee], at: datetime) -> None:
        """Take names that this process has not seen yet."""
        for employee in employees:
            record = MemberName(
                tenant=tenant, kind="person", member=employee.id, source="reported", name=employee.name, at=at
            )  # fmt: skip
            if self._noted.get(record.key) != record.name:
                self._noted[record.key] = record.name
                self._pending[record.key] = record

    async def report(self, publisher: Publisher) -> None:
        """Publish what is new to Kafka; a name that was removed stays removed. Try again later without Kafka."""
        pending, self._pending = self._pending, {}
        try:
            new = [record for record in pending.values() if await self._is_new(record)]
            if new:
                await publisher.report_names(new)
        except Unavailable as error:
            log.warning("names not reported", extra={"reason": error.reason})
            self._pending = pending | self._pending

    async def _is_new(self, record: MemberName) -> bool:
        name = await self._index.find(record.key)
        return name is None or name not in {"", record.name}
