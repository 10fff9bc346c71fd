"""The settings of all roles, from environment variables `HIRELAY_…` or from the `run.json` of a local stack."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import Malformed
from sinks.clickhouse.access import ClickHouseAccess
from sinks.tls import TlsFiles
from streams.configuration.kafka_access import KafkaAccess, KafkaSecurity, SaslMechanism
from streams.configuration.sign_in import SignIn, SignInKind

Port = Annotated[int, Field(ge=0, le=65535)]
OptionalFile = Annotated[Path | None, BeforeValidator(lambda value: value or None)]  # "" is none


class Settings(BaseSettings):
    """One frozen record; each field documents its meaning and unit."""

    model_config = SettingsConfigDict(env_prefix="HIRELAY_", extra="ignore", frozen=True)

    config: Path = Field(
        Path("deploy/config/hirelay.yaml"), description="Tenants and connections (YAML)."
    )
    targets: Path = Field(
        Path("deploy/config/targets.yaml"), description="Targets of KPIs (YAML), for `plan`."
    )
    alerts: Path = Field(
        Path("deploy/config/alerts.yaml"), description="Alert rules (YAML), for `watch`."
    )
    relay: Path = Field(
        Path("deploy/config/relay.yaml"), description="Policies of Career Relay (YAML)."
    )
    reports: Path = Field(
        Path("deploy/config/reports.yaml"), description="Schedules of reports (YAML)."
    )
    reporter_dir: Path = Field(
        Path("state/reporter"),
        description="Directory of the one reporter: all versions of scheduled reports, and what was delivered.",
    )
    alertmanagers: str = Field(
        "", description="Addresses of all Alertmanager instances, comma separated."
    )
    board_url: str = Field("", description="Address of the board that alerts link to.")
    runbook_url: str = Field(
        "",
        description="Address of the runbook that alerts link to; empty: the one that the board serves.",
    )
    runbook_dir: Path = Field(
        Path("deploy"),
        description="Directory of runbook.md and runbook.ja.md, which the board serves.",
    )
    watch_port: Port = Field(
        0, description="Port of the watch's health and metrics; 0: a free one."
    )
    dispatcher_port: Port = Field(
        0, description="Port of the dispatcher's health and metrics; 0: a free one."
    )
    relay_port: Port = Field(
        0, description="Port of the relay's health and metrics; 0: a free one."
    )
    reporter_port: Port = Field(
        0, description="Port of the reporter's health and metrics; 0: a free one."
    )
    alerting_host: str = Field(
        "127.0.0.1",
        description="Address of the health and metrics of watch, dispatcher, relay and reporter.",
    )
    kafka: str = Field("127.0.0.1:9092", description="Kafka bootstrap servers, comma separated.")
    kafka_security: KafkaSecurity = Field(
        "PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, as the listener."
    )
    kafka_ca: OptionalFile = Field(
        None, description="PEM authorities that sign the brokers' certificates; none: the system's."
    )
    kafka_certificate: OptionalFile = Field(None, description="PEM client certificate for Kafka.")
    kafka_key: OptionalFile = Field(None, description="Unencrypted PEM key of that certificate.")
    kafka_sasl_mechanism: SaslMechanism = Field(
        "SCRAM-SHA-512", description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."
    )
    kafka_user: str = Field("", description="User of SASL_PLAINTEXT and SASL_SSL.")
    kafka_password_file: OptionalFile = Field(None, description="File with that user's password.")
    partitions: int = Field(
        4, description="Partitions of candidate-events and of all topics that follow it."
    )
    replication: int = Field(1, description="Replicas of every topic; 3 in production.")
    clickhouse: str = Field(
        "http://127.0.0.1:8123",
        description="http(s)://user:password@host:port/database, or chdb:///directory for the embedded engine.",
    )
    clickhouse_user: str = Field(
        "default", description="ClickHouse user, when not in the URL; of the embedded engine too."
    )
    clickhouse_password: str = Field(
        "",
        description="Password of the ClickHouse user, when not in the URL; of the embedded engine too.",
    )
    clickhouse_ca: OptionalFile = Field(
        None, description="PEM authorities that sign ClickHouse's certificate; none: the system's."
    )
    clickhouse_certificate: OptionalFile = Field(
        None, description="PEM client certificate for ClickHouse; it replaces an empty password."
    )
    clickhouse_key: OptionalFile = Field(
        None, description="Unencrypted PEM key of that certificate."
    )
    gateway_host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    gateway_port: Port = Field(8080, description="Port of the gateway; 0 takes a free one.")
    gateway_admin_port: Port = Field(
        0, description="Port of the gateway's /metrics and /docs alone; 0: on its only port."
    )
    gateway_url: str = Field(
        "", description="Address at which vendors reach the gateway, for what `connect` prints."
    )
    gateway_body_bytes: int = Field(2_000_000, description="Largest webhook body accepted.")
    gateway_connections_per_address: int = Field(
        0, ge=0, description="Most connections of one address; 0: no limit, as behind a proxy."
    )
    gateway_deadline_s: float = Field(
        8.0, description="Longest time from a whole body to an answer."
    )
    gateway_spool_dir: OptionalFile = Field(
        Path("state/spool"),
        description="Directory in which this gateway alone keeps deliveries until Kafka takes them; empty: they get 503.",
    )
    gateway_spool_bytes: int = Field(
        1_000_000_000, gt=0, description="Most bytes kept there; beyond them deliveries get 503."
    )
    worker_dir: Path = Field(
        Path("state/worker"), description="Directory of the worker's RocksDB stores."
    )
    worker_web_host: str = Field(
        "127.0.0.1", description="Address of the worker's health and metrics."
    )
    worker_web_port: Port = Field(
        0, description="Port of the worker's health and metrics; 0 takes a free one."
    )
    archiver_host: str = Field(
        "127.0.0.1", description="Address of the archiver's health and metrics."
    )
    archiver_port: Port = Field(
        0, description="Port of the archiver's HTTP (and of embedded reads); 0: a free one."
    )
    public_hosts: str = Field(
        "",
        description="Host names with a dot under which boards, health and metrics are asked, comma separated.",
    )
    board_login: Literal["auto", "always"] = Field(
        "auto", description="auto: boards ask for an access token unless they listen on loopback."
    )
    board_sign_in: SignInKind = Field(
        "token", description="How people sign in to boards beside access tokens: proxy or oidc."
    )
    proxy_addresses: str = Field(
        "", description="Addresses or networks of the proxies that name people, comma separated."
    )
    proxy_user_header: str = Field(
        "X-Forwarded-User", description="Header in which the proxy names the person."
    )
    proxy_groups_header: str = Field(
        "X-Forwarded-Groups", description="Header with the person's groups, comma separated."
    )
    oidc_issuer: str = Field(
        "", description="Issuer of the OpenID Connect provider, as it writes it."
    )
    oidc_client_id: str = Field("", description="What the provider calls this board.")
    oidc_client_secret_file: OptionalFile = Field(
        None, description="File with the secret that the provider gave to this board."
    )
    oidc_scopes: str = Field(
        "openid email", description="Scopes that are asked for, separated by spaces."
    )
    oidc_groups_claim: str = Field("groups", description="Claim of the ID token with the groups.")
    board_host: str = Field("127.0.0.1", description="Address the board page listens on.")
    board_port: Port = Field(8090, description="Port of the board page; 0 takes a free one.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", description="Least level of our own log lines; libraries log warnings."
    )
    flush_s: float = Field(
        0.25, description="Longest time a changed cell waits in the worker before it is written."
    )
    flush_events: int = Field(20_000, description="Most events held before the worker writes.")
    archive_rows: int = Field(50_000, description="Largest batch the archiver inserts.")
    archive_s: float = Field(0.5, description="Longest time a row waits in the archiver.")

    @property
    def kafka_access(self) -> KafkaAccess:
        """How every Kafka client connects."""
        return KafkaAccess(
            bootstrap=self.kafka,
            security=self.kafka_security,
            tls=TlsFiles(
                prefix="HIRELAY_KAFKA",
                ca=self.kafka_ca,
                certificate=self.kafka_certificate,
                key=self.kafka_key,
            ),
            mechanism=self.kafka_sasl_mechanism,
            user=self.kafka_user,
            password_file=self.kafka_password_file,
        )

    @property
    def clickhouse_access(self) -> ClickHouseAccess:
        """How every ClickHouse client connects."""
        return ClickHouseAccess(
            url=self.clickhouse,
            user=self.clickhouse_user,
            password=self.clickhouse_password,
            tls=TlsFiles(
                prefix="HIRELAY_CLICKHOUSE",
                ca=self.clickhouse_ca,
                certificate=self.clickhouse_certificate,
                key=self.clickhouse_key,
            ),
        )

    @property
    def sign_in(self) -> SignIn:
        """How people sign in to boards."""
        return SignIn(
            kind=self.board_sign_in,
            proxy_addresses=self.proxy_addresses,
            user_header=self.proxy_user_header,
            groups_header=self.proxy_groups_header,
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret_file=self.oidc_client_secret_file,
            scopes=self.oidc_scopes,
            groups_claim=self.oidc_groups_claim,
            board_url=self.board_url,
        )

    @property
    def alertmanager_addresses(self) -> tuple[str, ...]:
        """The addresses that alerts are sent to, without trailing slashes."""
        return tuple(
            address.strip().rstrip("/")
            for address in self.alertmanagers.split(",")
            if address.strip()
        )

    @property
    def public_host_list(self) -> tuple[str, ...]:
        """The addresses and names under which browsers and Prometheus may ask our servers."""
        return (*self.public_hosts.split(","), self.board_url)

    @property
    def gateway_address(self) -> str:
        """The address at which senders reach the gateway, without a trailing slash."""
        base = self.gateway_url or f"http://{self.gateway_host}:{self.gateway_port}"
        return base.rstrip("/")

    def environment(self, **overrides: Any) -> dict[str, str]:
        """These settings with `overrides` applied, as environment variables for a child process."""
        values = self.model_dump() | overrides
        return {
            f"HIRELAY_{name.upper()}": "" if value is None else str(value)
            for name, value in values.items()
        }


def load_settings(state: Path | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, or those that a running local stack wrote to `state`/run.json.

    Raises FileNotFoundError with the remedy if no stack has run in `state`, and Malformed for an invalid value, for
    security settings that do not fit together and for a file of theirs that is missing or empty.
    """
    if state is None:
        return _validate(overrides)
    path = state / "run.json"
    if not path.exists():
        msg = f"no local stack in {state}: start one with `hirelay up --state {state}`"
        raise FileNotFoundError(msg)
    return _validate({**json.loads(path.read_text())["settings"], **overrides})


def _validate(overrides: dict[str, Any]) -> Settings:
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        messages = (
            f"HIRELAY_{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in errors
        )
        raise Malformed("settings", "; ".join(messages)) from None
    settings.kafka_access.check()
    settings.clickhouse_access.check()
    settings.sign_in.check()
    return settings
