"""Companies reach ClickHouse from the configuration; one that cannot be read changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from streams.archive.tenants import publish_tenants
from streams.configuration.settings import Settings

ROOT = Path(__file__).parent.parent.parent
CONFIG = (ROOT / "deploy/config/hirelay.yaml").read_text()


@pytest.mark.parametrize("text", [None, "tenants: [{}]", "{"])
def test_what_is_known_stays_where_the_file_is_wrong(
    client: Any, tmp_path: Path, text: str | None
) -> None:
    """A missing or broken file is no reason to forget who the companies are."""
    path = tmp_path / "hirelay.yaml"
    path.write_text(CONFIG)
    publish_tenants(client, Settings(config=path))
    path.unlink() if text is None else path.write_text(text)

    assert publish_tenants(client, Settings(config=path)) is False
    known = client.query("select id, timezone from v_tenants order by position").result_rows
    client.command("truncate table tenants")
    assert known == [("acme", "Asia/Tokyo"), ("globex", "America/New_York")]
