"""What a report is asked for: company, period, language and the moment at which it is made."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from schemas.instants import local_today
from schemas.planning.periods import Period
from schemas.reporting.model import Brand
from schemas.tenants.config import Tenant
from schemas.text.languages import Language
from streams.boards.query import PanelRequest


@dataclass(frozen=True, kw_only=True)
class ReportRequest:
    """A report on `days` of one company, as known at `now`; `board` is the address of its board, or empty."""

    tenant: Tenant
    period: str
    days: Period
    language: Language
    now: datetime
    board: str = ""
    brand: Brand = field(default_factory=Brand)

    @property
    def today(self) -> date:
        """The company's day."""
        return local_today(self.now, self.tenant.timezone)

    @property
    def counted(self) -> Period:
        """The days of the period up to today."""
        return Period(self.days.first, min(self.days.last, self.today))

    @property
    def before(self) -> Period:
        """The window before the period with as many days as were counted."""
        last = self.days.first - timedelta(days=1)
        return Period(last - timedelta(days=self.counted.length - 1), last)

    def panel_request(self) -> PanelRequest:
        """The parameters of the boards' queries."""
        return PanelRequest(
            tenant=self.tenant, first=self.counted.first, last=self.counted.last, today=self.today
        )
