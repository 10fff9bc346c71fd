"""Bad input and dead parts: the right status, or quarantine; never a 5xx for bytes, never a lost acknowledgement."""

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
from tests.e2e.probe import post, standard, visible_after


def sent(connection: dict[str, str], body: bytes, **headers: str) -> int:
    """The status of one Greenhouse delivery, signed unless a signature is given."""
    digest = hmac.new(connection["secret"].encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(
        connection["url"], data=body, headers={"Signature": f"sha256 {digest}", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def greenhouse(stack: Stack) -> dict[str, str]:
    """A connection that speaks Greenhouse."""
    found: dict[str, str] = next(
        c for c in stack.run()["connections"] if c["vendor"] == "greenhouse"
    )
    return found


def test_a_wrong_signature_is_refused(stack: Stack) -> None:
    """Who does not know the secret is told 401, by both vendors' rules."""
    assert sent(greenhouse(stack), b"{}", Signature="sha256 " + "0" * 64) == 401
    with pytest.raises(urllib.error.HTTPError) as refused:
        post({**standard(stack.run()), "secret": "whsec_" + "AAAA" * 8}, "application.created", {})
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
    """Signed nonsense is refused or set aside; a 5xx would make the vendor send it for ever."""
    assert sent(greenhouse(stack), body) < 500


def test_an_unknown_event_is_set_aside_where_people_see_it(stack: Stack) -> None:
    """A new event type is kept, counted with its reason, and shown."""
    name = f"new_kind_{uuid.uuid4().hex[:6]}"
    assert sent(greenhouse(stack), json.dumps({"action": name, "payload": {}}).encode()) == 200
    query = f"select reason from v_quarantined where position(detail, '{name}') > 0"
    wait_until(lambda: stack.asked(query) == [("unmapped_event",)], 15)


def test_poison_in_the_topic_does_not_stop_the_stream(stack: Stack) -> None:
    """A record that nobody can read is pointed at from quarantine, and the next webhook is counted."""
    producer = KafkaProducer(bootstrap_servers=stack.run()["roles"]["kafka"]["bootstrap"])
    for number in range(4):
        for value in (b"poison", None, b'{"v":9,"events":[]}', b'{"v":1,"events":[{"id":"x"}]}'):
            producer.send(CANDIDATE_EVENTS.name, value, key=b"foreign", partition=number)
    producer.flush()
    producer.close()

    assert max(visible_after(stack.run(), probes=8, rate=20.0)) < 10
    wait_until(
        lambda: (
            stack.asked("select count() from v_quarantined where reason = 'poison_pack'") == [(16,)]
        ),
        20,
    )
    assert stack.verdict()["poison"] == 16


def test_a_stopped_broker_is_answered_with_retry_later(stack: Stack) -> None:
    """While Kafka hangs nothing is acknowledged; what was acknowledged before and after is counted."""
    run = stack.run()
    connection, mark = standard(run), uuid.uuid4().hex[:6]
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
        assert {tried(1), tried(2)} == {503}
    finally:
        os.kill(run["roles"]["kafka"]["pid"], signal.SIGCONT)
    wait_until(lambda: tried(3) == 200, 60)

    verdict = stack.verdict()
    query = f"select distinct member from v_cells where startsWith(member, 'stop-{mark}')"
    assert acknowledged <= {row[0] for row in stack.asked(query)}
    assert verdict["equal"]
