"""A configuration whose secrets protect nothing is refused, and answers tell strangers nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml

from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import load
from streams.ingest.http.server import create_app
from streams.web.secure_headers import HEADERS
from tests.fakes import ListDeliveryIds, ListPublisher, SetClock
from tests.ingest import gateways

GOOD = {
    "acme-quarantine": "an acme quarantine key",
    "acme-person": "an acme person key",
    "acme-secret": "an acme webhook secret",
    "acme-token": "token-0123456789abcdef-of-acme",
    "globex-quarantine": "a globex quarantine key",
    "globex-person": "a globex person key",
    "globex-secret": "a globex webhook secret",
    "globex-token": "token-0123456789abcdef-of-globex",
}


def load_with(folder: Path, **changed: str) -> None:
    """Load a configuration of two companies, with some secrets changed."""
    tenants = [
        {
            "id": name,
            "name": name,
            "quarantine_key": {"file": f"{name}-quarantine"},
            "person_key": {"file": f"{name}-person"},
            "api_tokens": [{"file": f"{name}-token"}],
            "connections": [
                {
                    "id": f"{name}-gh",
                    "vendor": "greenhouse",
                    "secrets": [{"file": f"{name}-secret"}],
                }
            ],
        }
        for name in ("acme", "globex")
    ]
    secrets = GOOD | {name.replace("_", "-"): text for name, text in changed.items()}
    for name, text in secrets.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    (folder / "hirelay.yaml").write_text(yaml.safe_dump({"tenants": tenants}))
    load(folder / "hirelay.yaml", {}, vendor_schemes())


def test_good_secrets_are_taken(tmp_path: Path) -> None:
    """Long secrets, each used once and readable by their owner, are no problem."""
    load_with(tmp_path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"acme_quarantine": "short"}, "quarantine_key: the secret has 5 bytes of at least 16"),
        ({"acme_person": GOOD["acme-quarantine"]}, "the same secret as tenant acme, quarantine"),
        ({"globex_person": GOOD["acme-person"]}, "the same secret as tenant acme, person_key"),
        ({"globex_secret": GOOD["acme-secret"]}, "the same secret as connection acme-gh, secret 1"),
        ({"acme_secret": "changeme"}, "connection acme-gh, secret 1: the secret can be guessed"),
        ({"acme_secret": "a" * 40}, "can be guessed"),
        ({"acme_quarantine": "ab" * 20}, "can be guessed"),
    ],
)
def test_unsafe_secrets_are_refused(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    """The gateway says whose secret is unsafe and how to make one, and does not repeat it."""
    with pytest.raises(Misconfigured) as refused:
        load_with(tmp_path, **changed)

    assert message in str(refused.value)
    assert "openssl rand -hex 32" in str(refused.value)
    assert not [text for text in changed.values() if text in str(refused.value)]


def test_a_secret_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    """The file is named, with the command that closes it."""
    load_with(tmp_path)
    (tmp_path / "acme-secret").chmod(0o644)

    with pytest.raises(Misconfigured, match=r"chmod 600 .*acme-secret"):
        load(tmp_path / "hirelay.yaml", {}, vendor_schemes())


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway with an admin port of its own."""
    settings = Settings(gateway_admin_port=9_999)
    app = create_app(
        settings,
        gateways.configuration(),
        ListPublisher(),
        SetClock(),
        delivery_ids=ListDeliveryIds(),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway:8080") as sender:
        yield sender


async def test_strangers_learn_no_connection(client: httpx.AsyncClient) -> None:
    """An unknown connection, another address key and a wrong signature get the same answer."""
    answers = [
        await client.post(f"/hooks/{path}", content=b"{}", headers={"Signature": "sha256 00"})
        for path in (
            "greenhouse/acme-greenhouse",
            "greenhouse/nobody",
            "pigeon/acme-greenhouse",
            "greenhouse/acme-addressed/wrong",
            "greenhouse/acme-greenhouse/no-key-is-needed",
            "lever/acme-lever",
        )
    ]
    contents = [{**answer.json(), "delivery": ""} for answer in answers]

    assert {answer.status_code for answer in answers} == {401}
    assert all(content == contents[0] for content in contents)
    assert len({tuple(sorted(set(answer.headers) - {"date"})) for answer in answers}) == 1


async def test_every_answer_has_security_headers(client: httpx.AsyncClient) -> None:
    """Answers of every kind tell a browser to make nothing of them."""
    for path in ("/healthz", "/readyz", "/nowhere", "/metrics", "/hooks/x/y"):
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path


async def test_metrics_and_documentation_have_a_port_of_their_own(
    client: httpx.AsyncClient,
) -> None:
    """On the public port they do not exist; on the admin port they do, and load nothing from elsewhere."""
    for path in ("/metrics", "/docs", "/openapi.json"):
        assert (await client.get(path)).status_code == 404
        assert (await client.get(f"http://gateway:9999{path}")).status_code == 200
    page = (await client.get("http://gateway:9999/docs")).text

    assert "Deliver a webhook" in page
    assert "<script" not in page
    assert "//" not in page.replace("http://", "")
