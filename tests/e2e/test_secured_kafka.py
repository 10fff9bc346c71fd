"""The roles against a broker whose only client listener requires TLS and SASL."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import clickhouse_connect
import yaml

from streams.configuration.settings import Settings
from tests.bench.process import fetch
from tests.e2e.configuration import connection, secret_of, tenant
from tests.e2e.conftest import wait_until
from tests.e2e.probe import post
from tests.ports import free_port
from tests.secured_kafka import PASSWORD, USER, SecuredBroker, running_secured_broker

ROLES = ("gateway", "worker", "archiver")
READER_PASSWORD = "reads-only-on-this-machine"
READY_S = 120.0  # seconds until a role is ready or a cell is counted, on a busy machine
CELLS = """
select count()
from v_cells
where tenant = 'secured' and dimension = 'total' and basis = 'decision' and measure = 'applications' and value = 1
"""


def settings_of(folder: Path, broker: SecuredBroker) -> Settings:
    """Return settings of roles that use the broker and an embedded ClickHouse."""
    config = {"tenants": [tenant(folder, "secured", connection(folder, "events", "standard"))]}
    (folder / "hirelay.yaml").write_text(yaml.safe_dump(config))
    return Settings(
        config=folder / "hirelay.yaml",
        targets=folder / "targets.yaml",
        kafka=broker.access("SASL_SSL").bootstrap,
        kafka_security="SASL_SSL",
        kafka_ca=broker.ca,
        kafka_user=USER,
        kafka_password_file=broker.directory / "password",
        partitions=2,
        clickhouse=f"chdb://{folder / 'clickhouse'}",
        clickhouse_user="reader",
        clickhouse_password=READER_PASSWORD,
        gateway_port=free_port(),
        gateway_spool_dir=folder / "spool",
        worker_dir=folder / "worker",
        worker_web_port=free_port(),
        archiver_port=free_port(),
    )


def hirelay(command: str, environment: Mapping[str, str]) -> str:
    """Run one command in this environment, which must succeed; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "streams", command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@contextmanager
def running_roles(folder: Path, settings: Settings) -> Iterator[None]:
    """Run the roles as processes until the block ends; each has a log in the folder."""
    environment = {**os.environ, **settings.environment()}
    processes = []
    for role in ROLES:
        with (folder / f"{role}.log").open("wb") as log:
            command = [sys.executable, "-m", "streams", role]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
    try:
        for path in (
            f"{settings.gateway_port}/readyz",
            f"{settings.worker_web_port}/healthz",
            f"{settings.archiver_port}/healthz",
        ):
            wait_until(lambda at=path: fetch(f"http://127.0.0.1:{at}") != "", READY_S)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def test_a_delivery_becomes_a_verified_cell(tmp_path: Path) -> None:
    """Topics, gateway, worker, archiver and `verify` use SASL_SSL, and no log contains the password."""
    with running_secured_broker(tmp_path / "kafka", "SASL_SSL") as broker:
        settings = settings_of(tmp_path, broker)
        environment = settings.environment()
        created = hirelay("topics", environment)
        with running_roles(tmp_path, settings):
            base = f"http://127.0.0.1:{settings.gateway_port}"
            target = {
                "url": f"{base}/hooks/standard/events",
                "secret": secret_of("standard", "events"),
            }
            application = {"id": "a-1", "candidate_id": "c-1", "applied_at": "2026-03-01T00:00:00Z"}
            status = post(target, "application.created", {"application": application})
            client = clickhouse_connect.get_client(
                host="127.0.0.1",
                port=settings.archiver_port,
                username="reader",
                password=READER_PASSWORD,
            )
            wait_until(lambda: client.query(CELLS).result_rows == [(1,)], READY_S)
            archiver = {"HIRELAY_CLICKHOUSE": f"http://127.0.0.1:{settings.archiver_port}/"}
            verdict = hirelay("verify", environment | archiver)

    assert created == "topics match the declarations\n"
    assert status == 200
    assert verdict.startswith("EQUAL")
    assert not [role for role in ROLES if PASSWORD in (tmp_path / f"{role}.log").read_text()]
