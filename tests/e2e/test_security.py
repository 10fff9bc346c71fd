"""What an outsider, a second gateway and a broker that is away can do to a running stack."""

import asyncio
import random
import secrets
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path

import httpx
import pytest

from schemas.errors import Unavailable
from streams.configuration.settings import load_settings
from streams.ingest.kafka.delivery_ids import SharedDeliveryIds, make_clients
from streams.ingest.vendors import VENDORS
from streams.local.kafka import WITHOUT_SECURITY
from tests.e2e.conftest import Stack
from tests.fakes import NOON
from tests.security.forging import capture, forgeries
from tests.security.test_clickhouse_door import READING_FILES, SENDING, WRITING


async def test_gateways_share_the_first_body_of_an_id(stack: Stack) -> None:
    """Of many bodies that arrive at once at two gateways under one id, both take the same one; a third reads it later."""
    access = load_settings(stack.state).kafka_access
    gateways = [SharedDeliveryIds(partial(make_clients, access), 30) for _ in range(3)]
    key, digests = secrets.token_bytes(32), [secrets.token_bytes(32) for _ in range(20)]
    try:
        firsts = await asyncio.gather(
            *(gateways[number % 2].first_body(key, digest) for number, digest in enumerate(digests))
        )
        later = await gateways[2].first_body(key, secrets.token_bytes(32))
    finally:
        for gateway in gateways:
            await gateway.close()

    assert len({*firsts, later}) == 1
    assert later in digests


async def test_without_kafka_nothing_waits_for_the_shared_memory() -> None:
    """A gateway that cannot ask says so within its deadline, and at once the next time."""
    settings = load_settings(kafka="127.0.0.1:1", **WITHOUT_SECURITY)
    alone = SharedDeliveryIds(partial(make_clients, settings.kafka_access), 2)
    for _ in range(2):
        with pytest.raises(Unavailable, match="delivery_ids_unknown"):
            await alone.first_body(b"key", b"digest")


def test_the_clickhouse_door_of_the_stack_only_reads(stack: Stack, tmp_path: Path) -> None:
    """On the running archiver no query writes, reads a file or calls out, and nobody reads without the login."""
    reader = stack.run_file()["roles"]["clickhouse"]
    path = tmp_path / "written"
    with httpx.Client(base_url=reader["url"]) as door:
        assert door.post("/", content="select 1").status_code == 401
        door.auth = httpx.BasicAuth(reader["user"], reader["password"])
        assert door.post("/", content="select 1").text == "1\n"
        for attempt in (*WRITING, *READING_FILES, *SENDING):
            sql = attempt.format(
                path=path, secret="/etc/passwd", url="http://127.0.0.1:9/", address="127.0.0.1:9"
            )
            answer = door.post("/", params={"param_p": "file"}, content=sql)
            assert answer.status_code in {400, 403}, sql
            assert "root:" not in answer.text, sql
            assert not path.exists(), sql


def test_forged_deliveries_change_nothing(stack: Stack) -> None:
    """Every connection of the running gateway refuses, or sets aside, what was not signed with its secret."""
    run = stack.run_file()
    vendors = {vendor.name: vendor for vendor in VENDORS}
    captured, draw = capture(secrets.token_bytes(32), NOON), random.Random(3)
    before = stack.query("select count() from v_events")
    answers = set()
    with httpx.Client() as stranger:
        for connection in run["connections"]:
            for headers, body in forgeries(vendors[connection["vendor"]], captured, draw, 60):
                encoded = [(n.encode(), v.encode("latin-1", "replace")) for n, v in headers]
                with suppress(httpx.LocalProtocolError):  # no client sends such a header
                    answer = stranger.post(connection["url"], content=body, headers=encoded)
                    answers.add((answer.status_code, answer.json().get("quarantined")))

    # Vendors that do not retry are answered 200, and the delivery waits in the quarantine.
    assert answers <= {(400, None), (401, None), (200, "bad_signature"), (200, "pending_secret")}
    assert stack.query("select count() from v_events") == before


def test_pages_of_other_sites_reach_nothing(stack: Stack) -> None:
    """Board and archiver answer 403 to a rebound name, and the state directory is closed to other users."""
    roles = stack.run_file()["roles"]
    for role in ("board", "archiver"):
        for headers in ({"Host": "rebound.example"}, {"Origin": "https://attacker.example"}):
            assert httpx.get(roles[role]["url"] + "/healthz", headers=headers).status_code == 403

    assert stat.S_IMODE(stack.state.stat().st_mode) == 0o700
