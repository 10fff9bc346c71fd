"""A vendor's secret is replaced while deliveries arrive, and no valid one is refused."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import yaml

from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import ConfigurationWatcher
from streams.ingest.http import gateway
from streams.ingest.http.gateway import utc_now
from streams.ingest.http.server import create_app
from tests.boards.test_page import served
from tests.fakes import ListPublisher
from tests.ingest import gateways
from tests.ingest.http.test_gateway import MOVE, write_configuration

OLD, NEW = "the secret of the first year", "the secret of the second year"
ADDRESS = "/hooks/greenhouse/acme-gh"
SENDERS = 8
POSTS = 40


def configure(path: Path, *names: str) -> None:
    """Let the connection accept the secrets in these files."""
    configuration = yaml.safe_load(path.read_text())
    (connection,) = configuration["tenants"][0]["connections"]
    connection["secrets"] = [{"file": name} for name in names]
    path.write_text(yaml.safe_dump(configuration))


async def test_a_secret_is_replaced_under_load(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """Both secrets are valid for a while, then only the new one: senders that change in between always get 200."""
    monkeypatch.setattr(gateway, "RELOAD_INTERVAL_S", 0.05)
    path = write_configuration(tmp_path, OLD)
    (tmp_path / "new").touch(mode=0o600)
    (tmp_path / "new").write_text(NEW)
    watcher, answers = ConfigurationWatcher(path), dict.fromkeys((OLD, NEW), 0)
    app = create_app(Settings(), watcher.load(), ListPublisher(), utc_now, reload=watcher.reload)
    secret, is_over = OLD, False

    async def post(sender: httpx.AsyncClient, signed_with: str) -> int:
        body, headers = gateways.signed(MOVE, secret=signed_with)
        return (await sender.post(ADDRESS, content=body, headers=headers)).status_code

    async def send(sender: httpx.AsyncClient) -> None:
        while not is_over:
            signed_with = secret
            assert await post(sender, signed_with) == 200
            answers[signed_with] += 1

    async def until(sender: httpx.AsyncClient, signed_with: str, status: int) -> None:
        async with asyncio.timeout(30):
            while await post(sender, signed_with) != status:
                pass  # as often as the gateway answers

    with served(app) as url:
        async with httpx.AsyncClient(base_url=url) as sender, asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(send(sender))
            configure(path, "secret", "new")
            await until(sender, NEW, 200)
            secret = NEW
            for _ in range(POSTS):
                assert await post(sender, NEW) == 200
            configure(path, "new")
            await until(sender, OLD, 401)
            is_over = True
    record_property("seen", f"{answers[OLD]} + {answers[NEW]} deliveries, 0 refused")

    assert answers[OLD] > 0
