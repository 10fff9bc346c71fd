"""The only place that creates Kafka clients of any library, so that TLS and SASL apply to all of them."""

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.errors import KafkaError as AsyncKafkaError
from aiokafka.protocol.metadata import MetadataRequest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from streams.configuration.kafka_access import KafkaAccess

PROBE_TIMEOUT_S = 5.0
MAX_REQUEST_BYTES = 8_000_000  # an encrypted 2 MB body is 3.6 MB of base64; the topics allow 8 MiB


def consumer(access: KafkaAccess, **options: Any) -> KafkaConsumer:
    """Return a connected consumer without a group; raise Unavailable."""
    return _connected(
        KafkaConsumer, access, {"group_id": None, "enable_auto_commit": False, **options}
    )


def producer(access: KafkaAccess, **options: Any) -> KafkaProducer:
    """Return a connected producer; raise Unavailable."""
    return _connected(KafkaProducer, access, options)


def admin(access: KafkaAccess, **options: Any) -> KafkaAdminClient:
    """Return a connected admin client; raise Unavailable."""
    return _connected(KafkaAdminClient, access, options)


def async_consumer(access: KafkaAccess, *topics: str, **options: Any) -> AIOKafkaConsumer:
    """Return a consumer to `start`; must be called in the running event loop."""
    return AIOKafkaConsumer(*topics, **_common_options(access), **options)


def async_producer(access: KafkaAccess, **options: Any) -> AIOKafkaProducer:
    """Return a producer to `start`; must be called in the running event loop."""
    return AIOKafkaProducer(**_common_options(access), **options)


async def start(client: AIOKafkaConsumer | AIOKafkaProducer, access: KafkaAccess) -> None:
    """Connect a client of this access; raise Unavailable, with what to check if the broker refuses it."""
    try:
        await client.start()
    except (AsyncKafkaError, OSError) as error:
        await client.stop()
        refusal = await _probe(access)
        reason = str(error)[:200] if refusal is None else refusal.reason
        raise Unavailable("kafka", reason) from error


def faust_options(access: KafkaAccess) -> dict[str, Any]:
    """Return the options of a `faust.App` that concern the connection."""
    import faust

    options: dict[str, Any] = {"broker": [f"kafka://{server}" for server in access.servers]}
    context = access.tls.context() if access.encrypted else None
    if access.authenticated:
        options["broker_credentials"] = faust.SASLCredentials(
            mechanism=access.mechanism,
            username=access.user,
            password=access.password(),
            ssl_context=context,
        )
    elif context is not None:
        options["broker_credentials"] = faust.SSLCredentials(context)
    return options


def _connected(client: Any, access: KafkaAccess, options: dict[str, Any]) -> Any:
    """Create a client of kafka-python, which connects at once.

    The library retries refused credentials and certificates until its timeout and does not name the cause, so a probe
    precedes a secured connection.
    """
    refusal = None if access.security == "PLAINTEXT" else _probe_now(access)
    if refusal is not None and refusal.certain:
        raise Unavailable("kafka", refusal.reason)
    try:
        return client(**_common_options(access), **options)
    except KafkaError as error:
        refusal = _probe_now(access)
        reason = f"no broker at {access.bootstrap}" if refusal is None else refusal.reason
        raise Unavailable("kafka", reason) from error


def _common_options(access: KafkaAccess) -> dict[str, Any]:
    """Return the options that both libraries share."""
    return {"bootstrap_servers": access.servers, **_security_options(access)}


def _security_options(access: KafkaAccess) -> dict[str, Any]:
    options: dict[str, Any] = {"security_protocol": access.security}
    if access.encrypted:
        options["ssl_context"] = access.tls.context()
    if access.authenticated:
        options["sasl_mechanism"] = access.mechanism
        options["sasl_plain_username"] = access.user
        options["sasl_plain_password"] = access.password()
    return options


class _Refusal(NamedTuple):
    """Why a server refuses the client and which setting to check; `certain` unless a restart could look the same."""

    reason: str
    certain: bool = True


def _probe_now(access: KafkaAccess) -> _Refusal | None:
    """Return `_probe`, from code that may or may not run inside an event loop."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(asyncio.run, _probe(access)).result()


async def _probe(access: KafkaAccess) -> _Refusal | None:
    """Return the refusal if the servers that answer refuse the client; None if one accepts it or none answers."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            return await _probe_servers(access)
    except TimeoutError:
        return None


async def _probe_servers(access: KafkaAccess) -> _Refusal | None:
    options = _security_options(access)
    refusal = None
    for host, port, _ in collect_hosts(access.servers):
        try:
            connection = await create_conn(host, port, **options)
            try:
                await connection.send(MetadataRequest([]))
            finally:
                connection.close()
        except (AsyncKafkaError, OSError) as error:
            refusal = _explain(error, f"{host}:{port}", access) or refusal
        else:
            return None
    return refusal


def _explain(error: Exception, server: str, access: KafkaAccess) -> _Refusal | None:
    """Return what the error of a connection attempt means; None if it says nothing about security."""
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLError):
        detail = "it does not answer with TLS: check HIRELAY_KAFKA_SECURITY"
        reason = f"no TLS with {server}: {access.tls.remedy(str(cause)) or detail}"
        return _Refusal(reason, certain="EOF occurred" not in str(cause))
    if isinstance(error, AuthenticationFailedError | SaslAuthenticationFailed):
        settings = "HIRELAY_KAFKA_USER and HIRELAY_KAFKA_PASSWORD_FILE"
        return _Refusal(f"{server} refuses user {access.user!r}: check {settings}")
    if isinstance(error, UnsupportedSaslMechanismError):
        setting = "HIRELAY_KAFKA_SASL_MECHANISM"
        return _Refusal(f"{server} does not accept {access.mechanism}: check {setting}")
    if isinstance(error, IllegalSaslStateError):
        return _Refusal(f"{server} does not expect SASL: check HIRELAY_KAFKA_SECURITY")
    if isinstance(error, KafkaConnectionError | ConnectionResetError):
        detail = f"{server} closes connections with {access.security}"
        return _Refusal(f"{detail}: check HIRELAY_KAFKA_SECURITY", certain=False)
    return None
