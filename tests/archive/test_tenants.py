"""Configured tenants are published to ClickHouse; an unreadable configuration changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from streams.archive.tenants import publish_tenants
from streams.configuration.settings import Settings

ROOT = Path(__file__).parent.parent.parent
CONFIG = (ROOT / "deploy/config/hirelay.yaml").read_text()


@pytest.mark.parametrize("text", [None, "tenants: [{}]", "{"])
def test_published_tenants_stay_when_the_file_is_wrong(
    client: Any, tmp_path: Path, text: str | None
) -> None:
    """A missing or broken file does not remove the published tenants."""
    path = tmp_path / "hirelay.yaml"
    path.write_text(CONFIG)
    publish_tenants(client, Settings(config=path))
    path.unlink() if text is None else path.write_text(text)

    assert publish_tenants(client, Settings(config=path)) is False
    tenants = client.query("select id, timezone from v_tenants order by position").result_rows
    client.command("truncate table tenants")
    assert tenants == [("acme", "Asia/Tokyo"), ("globex", "America/New_York")]
