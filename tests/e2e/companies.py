"""One tenant per situation of `tests/cases`, for the real stack."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from schemas.tenants.config import DEFAULT_TIMEZONE
from tests.cases.situations import Situation, situations
from tests.e2e.configuration import connection, tenant


@dataclass(frozen=True)
class SituationCompany:
    """One tenant that lives through one situation."""

    situation: Situation

    @property
    def id(self) -> str:
        """The tenant's id."""
        return self.situation.id

    @property
    def token(self) -> str:
        """The company's API token."""
        return f"api-token-of-the-company-{self.id}"

    @property
    def today(self) -> date:
        """The company's day."""
        zone = self.situation.settings.get("timezone", DEFAULT_TIMEZONE)
        return datetime.now(ZoneInfo(zone)).date()


COMPANIES = [SituationCompany(situation) for situation in situations()]


def company_tenants(folder: Path) -> list[dict[str, Any]]:
    """Write the secrets of all companies, and return their tenants."""
    tenants = []
    for company in COMPANIES:
        token = folder / f"{company.id}-token"
        token.touch(mode=0o600)
        token.write_text(company.token)
        settings = dict(company.situation.settings)
        rules = {"stages": list(settings.pop("stages", ()))}
        door = connection(folder, company.id, "standard") | rules
        tokens = {"api_tokens": [{"file": str(token)}]}
        tenants.append(tenant(folder, company.id, door, **tokens, **settings))
    return tenants
