"""Everything that is known of one breach, brought together: for the command that explains it, and for the demo."""

from schemas.tenants.config import Tenancy
from streams.alerting.alert_payload import Links
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.tools.alerts import picture as alerts_picture
from streams.tools.alerts import read as alerts_read
from streams.tools.alerts import record_action, text
from streams.tools.alerts.text import Audience


def reader_of(settings: Settings, language: str = "") -> Audience:
    """Who reads, in which language (empty: that of each alert)."""
    path = settings.config
    return Audience(
        language=language,
        tenancy=load_tenancy(path) if path.exists() else Tenancy(tenants=()),
        links=Links(board=settings.board_url, runbook=settings.runbook_url),
    )


def explanation(settings: Settings, reader: Audience, beginning: str) -> str:
    """The breach whose id begins so, in full; raise Malformed with those that were probably meant, or Unavailable."""
    known = alerts_read.read(settings.kafka)
    found = known.find(beginning)
    weeks = alerts_picture.weeks(settings, found, reader.language_of(found))
    line = record_action.curl(settings, reader.tenancy.tenant(found.tenant), found.id)
    return text.explained(found, known, reader, weeks, line)
