"""Gathers everything about one breach, for the `explain` command and the demo."""

from schemas.tenants.config import Tenancy
from streams.alerting.alert_payload import Links
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.tools.alerts import picture as alerts_picture
from streams.tools.alerts import read as alerts_read
from streams.tools.alerts import record_action, text
from streams.tools.alerts.text import Audience


def audience_for(settings: Settings, language: str = "") -> Audience:
    """The audience of the output, in `language` (empty: the language of each alert)."""
    path = settings.config
    return Audience(
        language=language,
        tenancy=load_tenancy(path) if path.exists() else Tenancy(tenants=()),
        links=Links(board=settings.board_url, runbook=settings.runbook_url),
    )


def explanation(settings: Settings, audience: Audience, id_prefix: str) -> str:
    """The breach whose id starts with `id_prefix`, in full; raise Malformed with the closest matches, or Unavailable."""
    history = alerts_read.read_history(settings.kafka_access)
    breach = history.find(id_prefix)
    localized = text.in_language(breach, audience.language_of(breach))
    weeks = alerts_picture.weekly_chart(settings, localized)
    command = record_action.curl_command(
        settings, audience.tenancy.tenant(breach.tenant), breach.id
    )
    return text.render_explanation(breach, history, audience, weeks, command)
