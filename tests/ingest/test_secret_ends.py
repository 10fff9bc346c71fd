"""Secrets of webhooks end on their day, and whoever operates sees a rotation before it fails."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from schemas.tenants.config import Secret, WebhookSecret
from streams.configuration.secret_store import SecretStore
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import ResolvedConnection, resolve, secret_notes
from streams.tools.connect.status import ConnectionStatus
from tests.ingest import gateways

END = date(2026, 12, 1)
BEFORE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


def resolved(*secrets: WebhookSecret) -> ResolvedConnection:
    """The connection of a tenancy with these secrets."""
    tenancy = gateways.tenancy()
    tenant = tenancy.tenants[0]
    connection = gateways.connection("greenhouse", "dated", secrets=secrets)
    changed = tenant.model_copy(update={"connections": (connection,)})
    dated = tenancy.model_copy(update={"tenants": (changed,)})
    store = SecretStore(gateways.ENVIRON, Path())
    return resolve(dated, store, vendor_schemes()).connections["greenhouse", "acme-dated"]


def test_a_secret_is_refused_from_its_day_on() -> None:
    """Until the day before it verifies, from 00:00 UTC of its day it does not; one without an end stays."""
    connection = resolved(WebhookSecret(env="GREENHOUSE", expires=END), WebhookSecret(env="LEVER"))

    before = connection.active_secrets(BEFORE.date())
    after = connection.active_secrets((BEFORE + timedelta(minutes=1)).date())

    assert before == (gateways.GREENHOUSE_KEY, gateways.ENVIRON["LEVER"].encode())
    assert after == before[1:]


def test_only_secrets_of_webhooks_have_an_end() -> None:
    """An end of a key that encrypts is refused, because what it encrypted would be lost."""
    with pytest.raises(ValueError, match="expires"):
        Secret.model_validate({"env": "X", "expires": END})


def test_a_rotation_is_shown() -> None:
    """Two active secrets and the end of one are shown; with none left it says what to do."""
    hours = gateways.tenancy().tenants[0].business_hours
    status = ConnectionStatus(
        tenant="acme",
        business_hours=hours,
        connection="c",
        vendor="greenhouse",
        secrets=2,
        secret_ends=(END,),
        last=BEFORE,
    )

    assert status.rotation(BEFORE) == ["2 secrets are active", f"a secret expires {END}"]
    assert status.rotation(BEFORE + timedelta(days=1)) == [f"a secret expired {END}"]
    assert not status.has_ended(BEFORE + timedelta(days=1))


def test_the_check_of_the_configuration_names_rotations() -> None:
    """A connection with an ending secret has a line, one with a single lasting secret has none."""
    tenancy = gateways.tenancy()
    tenant = tenancy.tenants[0]
    connections = (
        gateways.connection("greenhouse", "a"),
        gateways.connection(
            "lever", "b", secrets=(WebhookSecret(env="LEVER", expires=BEFORE.date()),)
        ),
    )
    dated = tenancy.model_copy(
        update={"tenants": (tenant.model_copy(update={"connections": connections}),)}
    )

    assert secret_notes(dated, BEFORE) == [
        "connection acme-b: no secret is active; secrets end on 2026-11-30"
    ]
