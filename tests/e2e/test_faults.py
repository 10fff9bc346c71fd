"""Bad input and failed components: the right status or quarantine; no 5xx for bad bytes, no lost acknowledgement."""

import hashlib
import hmac
import json
import os
import signal
import urllib.error
import urllib.request
import uuid

import pytest
from kafka import KafkaProducer

from schemas.kafka.topics import CANDIDATE_EVENTS
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.probe import measure_delays, post, standard_connection


def post_greenhouse(connection: dict[str, str], body: bytes, **headers: str) -> int:
    """Post one Greenhouse delivery, signed unless a signature is given; return the status."""
    digest = hmac.new(connection["secret"].encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        connection["url"], data=body, headers={"Signature": f"sha256 {digest}", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def greenhouse_connection(stack: Stack) -> dict[str, str]:
    """Return a Greenhouse connection."""
    connection: dict[str, str] = next(
        c for c in stack.run_file()["connections"] if c["vendor"] == "greenhouse"
    )
    return connection


def test_a_wrong_signature_is_rejected(stack: Stack) -> None:
    """A sender without the secret gets 401 from both vendors' verifiers."""
    assert (
        post_greenhouse(greenhouse_connection(stack), b"{}", Signature="sha256 " + "0" * 64) == 401
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(
            {**standard_connection(stack.run_file()), "secret": "whsec_" + "AAAA" * 8},
            "application.created",
            {},
        )
    assert refused.value.code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"action":"candidate_stage_change","payload":' + b"9" * 1_000_000 + b"}",
        b'{"action":"something_new","payload":{}}',
        b'{"action":null}',
        b'{"action":"hire_candidate","payload":{"application":{"id":1e400}}}',
    ],
    ids=[
        "empty",
        "cut",
        "no-text",
        "deep-list",
        "deep-map",
        "long-number",
        "unknown-event",
        "null",
        "infinite",
    ],
)
def test_no_bytes_are_answered_with_a_server_error(stack: Stack, body: bytes) -> None:
    """Signed nonsense is rejected or quarantined; a 5xx would make the vendor retry forever."""
    assert post_greenhouse(greenhouse_connection(stack), body) < 500


def test_an_unknown_event_is_quarantined_visibly(stack: Stack) -> None:
    """A new event type is quarantined, counted with its reason, and shown."""
    name = f"new_kind_{uuid.uuid4().hex[:6]}"
    assert (
        post_greenhouse(
            greenhouse_connection(stack), json.dumps({"action": name, "payload": {}}).encode()
        )
        == 200
    )
    query = f"select reason from v_quarantined where position(detail, '{name}') > 0"
    wait_until(lambda: stack.query(query) == [("unmapped_event",)], 15)


def test_poison_in_the_topic_does_not_stop_the_stream(stack: Stack) -> None:
    """An unreadable record gets a quarantine entry, and the next webhook is counted."""
    producer = KafkaProducer(bootstrap_servers=stack.run_file()["roles"]["kafka"]["bootstrap"])
    for number in range(4):
        for value in (b"poison", None, b'{"v":9,"events":[]}', b'{"v":1,"events":[{"id":"x"}]}'):
            producer.send(CANDIDATE_EVENTS.name, value, key=b"foreign", partition=number)
    producer.flush()
    producer.close()

    assert max(measure_delays(stack.run_file(), probes=8, rate=20.0)) < 10
    wait_until(
        lambda: (
            stack.query("select count() from v_quarantined where reason = 'poison_pack'") == [(16,)]
        ),
        20,
    )
    assert stack.verify()["poison"] == 16


def test_deliveries_are_accepted_while_kafka_hangs(stack: Stack) -> None:
    """While Kafka hangs deliveries go to the spool; everything acknowledged before, meanwhile and after is counted."""
    run = stack.run_file()
    connection, mark = standard_connection(run), uuid.uuid4().hex[:6]
    acknowledged: set[str] = set()

    def tried(number: int) -> int:
        channel = f"stop-{mark}-{number}"
        data = {
            "application": {"id": channel, "applied_at": "2026-01-05T00:00:00Z"},
            "channel": {"id": channel},
        }
        try:
            status = post(connection, "application.created", data, timeout=30)
        except urllib.error.HTTPError as error:
            assert error.headers["Retry-After"]
            return error.code
        acknowledged.add(channel)
        return status

    assert tried(0) == 200
    os.kill(run["roles"]["kafka"]["pid"], signal.SIGSTOP)
    try:
        assert {tried(1), tried(2)} == {200}
    finally:
        os.kill(run["roles"]["kafka"]["pid"], signal.SIGCONT)
    wait_until(lambda: tried(3) == 200, 60)

    verdict = stack.verify()
    query = f"select distinct member from v_cells where startsWith(member, 'stop-{mark}')"
    assert acknowledged <= {row[0] for row in stack.query(query)}
    assert verdict["equal"]
