"""A gateway behind a socket, and the configuration of its tenant."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
import yaml

from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import ConfigurationWatcher
from streams.ingest.http.server import create_app
from tests.fakes import ListPublisher
from tests.ingest import gateways


def configuration(folder: Path) -> Path:
    """A tenant with two standard connections, one of them without a secret, and one of another vendor."""
    for name, text in (
        ("secret", gateways.ENVIRON["STANDARD"]),
        ("key", "a key to encrypt with"),
        ("person", "a key to hash people with"),
        ("ashby", "a secret of the vendor"),
    ):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    (folder / "empty").write_text("")
    connections = [
        {"id": "acme-events", "vendor": "standard", "secrets": [{"file": "secret"}]},
        {"id": "acme-waiting", "vendor": "standard", "secrets": [{"file": "empty"}]},
        {"id": "acme-ashby", "vendor": "ashby", "secrets": [{"file": "ashby"}]},
    ]
    tenant = {
        "id": "acme",
        "name": "アクメ",
        "language": "en",
        "quarantine_key": {"file": "key"},
        "person_key": {"file": "person"},
        "connections": connections,
    }
    path = folder / "hirelay.yaml"
    path.write_text(yaml.safe_dump({"tenants": [tenant]}))
    return path


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ListPublisher]:
    """The gateway behind a socket, as in the command's settings."""
    path, publisher = configuration(tmp_path), ListPublisher()
    served = create_app(Settings(), ConfigurationWatcher(path).load(), publisher)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(served, log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    monkeypatch.setenv("HIRELAY_CONFIG", str(path))
    monkeypatch.setenv("HIRELAY_GATEWAY_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
    yield publisher
    server.should_exit = True
    thread.join()
    listener.close()
