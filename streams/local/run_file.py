"""Builds and writes `run.json`, which describes a local stack to people and tools."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.tenants.config import Connection, Secret, Tenancy, Tenant
from streams.configuration.settings import Settings
from streams.ingest.costs import PATH

ROLES = ("archiver", "worker", "gateway", "watch", "dispatcher", "relay", "reporter", "board")
OBSERVERS = ("alertmanager", "prometheus")  # if installed


def process_names(workers: int) -> dict[str, str]:
    """Return the role of every process by its name; further workers are called `worker-2`, `worker-3` and so on."""
    further = {f"worker-{number}": "worker" for number in range(2, workers + 1)}
    return {role: role for role in ROLES} | further


def build(
    settings: Settings, tenancy: Tenancy, ports: Mapping[str, int], pids: Mapping[str, int]
) -> dict[str, Any]:
    """Return pids, addresses, connections with their secrets, each tenant's API with its token, and settings.

    `ports` has every process of the stack and the brokers' and observers' ports besides.
    """
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items() if _is_role(name)}
    values = json.loads(settings.model_dump_json()) | {"clickhouse": url["archiver"] + "/"}
    return {
        "settings": values,
        "roles": {
            "kafka": {"pid": pids.get("kafka"), "bootstrap": settings.kafka},
            **{name: {"pid": pids.get(name), "url": address} for name, address in url.items()},
            **_observers(ports, pids),
            "clickhouse": _clickhouse(settings, pids.get("archiver"), url["archiver"]),
        },
        "connections": [
            {"tenant": tenant.id, **_connection(connection, url["gateway"], settings.config.parent)}
            for tenant in tenancy.tenants
            for connection in tenant.connections
        ],
        "costs": [
            _costs(tenant, url["gateway"], settings.config.parent)
            for tenant in tenancy.tenants
            if tenant.api_tokens
        ],
    }


def _is_role(name: str) -> bool:
    return name in ROLES or name.startswith("worker-")


def _observers(ports: Mapping[str, int], pids: Mapping[str, int]) -> dict[str, Any]:
    """Return those that run."""
    return {
        name: {"pid": pids[name], "url": f"http://127.0.0.1:{ports[name]}"}
        for name in OBSERVERS
        if name in pids
    }


def _clickhouse(settings: Settings, pid: int | None, url: str) -> dict[str, Any]:
    """Return where the archiver lets readers in, and the login it asks for."""
    login = {"user": settings.clickhouse_user, "password": settings.clickhouse_password}
    return {"pid": pid, "url": url, **login}


def _connection(connection: Connection, gateway: str, directory: Path) -> dict[str, str | None]:
    url = f"{gateway}/hooks/{connection.vendor}/{connection.id}"
    if connection.address_key is not None:
        url += f"/{_reveal(connection.address_key, directory)}"
    revealed = (_reveal(secret, directory) for secret in connection.secrets)
    return {
        "vendor": connection.vendor,
        "id": connection.id,
        "url": url,
        "secret": next(revealed, None),
    }


def _costs(tenant: Tenant, gateway: str, directory: Path) -> dict[str, str | None]:
    token = _reveal(tenant.api_tokens[0], directory)
    return {"tenant": tenant.id, "url": gateway + PATH, "token": token}


def _reveal(secret: Secret, directory: Path) -> str | None:
    if secret.file is None:
        return None
    return (directory / secret.file).read_text().strip() or None


def write(path: Path, described: dict[str, Any]) -> None:
    """Write the file atomically, readable only by the owner: it holds the local secrets."""
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(described, ensure_ascii=False, indent=1))
    temporary.replace(path)
