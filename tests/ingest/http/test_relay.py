"""Links of Career Relay: issued once per application, opened by people, redirected to one page only."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.errors import Malformed
from schemas.relay.tokens import invitation_id, relay_key, token, token_id
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import dump_yaml
from streams.ingest.http.server import create_app
from streams.ingest.kafka.link_index import Link
from streams.ingest.relay_invitations import PATH
from streams.ingest.relay_links import CLICKS_PER_MINUTE
from streams.ingest.relay_registrations import REGISTRATIONS_PATH
from streams.ingest.requirements import REQUIREMENTS_PATH
from streams.tools.relay.register import bodies, read_rows
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways

PERSON = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
TOKEN = {"authorization": f"Bearer {gateways.ENVIRON['TOKEN']}"}
CALLBACK = Path(__file__).parents[2] / "vendors/careerrelay/registration.completed.json"
PAGE = "https://relay.example/register"


class SetLinks:
    """Knows these links."""

    def __init__(self) -> None:
        """Start without any."""
        self.links: dict[str, Link] = {}

    async def find(self, token_id: str) -> Link | None:
        """Return the link."""
        return self.links.get(token_id)


class Site:
    """A gateway of a company with Career Relay, and what it publishes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **policy: Any) -> None:
        """Write the files of the company."""
        terms = {"since": "2026-01-01", "value": {"method": "fixed", "amount": 1}, "redemption": 50}
        key = {"env": "PERSON"}
        tenant = {"id": "acme", "name": "Acme", "quarantine_key": key, "person_key": key}
        company = {"tenant": "acme", "page": PAGE, "policies": [terms | policy]}
        (folder / "hirelay.yaml").write_text(dump_yaml({"tenants": [tenant]}))
        (folder / "relay.yaml").write_text(dump_yaml({"companies": [company]}))
        monkeypatch.setenv("PERSON", gateways.ENVIRON["PERSON"])
        self.publisher, self.links, self.clock = ListPublisher(), SetLinks(), SetClock()
        settings = Settings(
            config=folder / "hirelay.yaml",
            relay=folder / "relay.yaml",
            gateway_url="https://gateway.example",
        )
        app = create_app(
            settings, gateways.configuration(), self.publisher, self.clock, links=self.links
        )
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    async def invite(self, headers: dict[str, str] = TOKEN, **body: Any) -> httpx.Response:
        """Ask for a link, and let the ledger take it."""
        response = await self.client.post(PATH, json=body, headers=headers)
        for event in self.published("invited"):
            data = event["data"]
            link = Link(
                tenant=event["tenant"],
                token_id=data["token_id"],
                invitation=data["invitation_id"],
                application=data.get("application_id"),
                expires=NOON + timedelta(days=90) if data.get("expires_at") else None,
            )
            self.links.links.setdefault(link.token_id, link)
        return response

    async def open(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Open a link as a person, unless the headers say otherwise."""
        sent = PERSON | {name.replace("_", "-"): text for name, text in headers.items()}
        return await self.client.request(
            method, url.removeprefix("https://gateway.example"), headers=sent
        )

    def published(self, name: str) -> list[dict[str, Any]]:
        """The events of a type."""
        events = [
            event.model_dump(mode="json", exclude_none=True) for event in self.publisher.events
        ]
        return [event for event in events if event["type"] == f"recruit.relay.{name}.v1"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A company with the default policy."""
    return Site(tmp_path, monkeypatch)


async def test_a_link_is_issued_once_for_an_application(site: Site) -> None:
    """A repeated request returns the same link; the events hold a digest of the token only."""
    first = (await site.invite(application_id="a-1")).json()
    again = (await site.invite(application_id="a-1")).json()
    other = (await site.invite(application_id="a-2")).json()
    company = (await site.invite()).json()

    assert first == again
    assert len({body["url"] for body in (first, other, company)}) == 3
    assert first["lines"]["ja"] == f"▶ ご登録はこちら（無料）：{first['url']}"
    assert (first["expires_at"][:10], company["expires_at"]) == ("2026-06-30", None)
    events = site.published("invited")
    assert [event["data"]["scope"] for event in events] == ["candidate", "candidate", "tenant"]
    token = first["url"].rpartition("/")[2]
    assert len(token) == 22
    assert token not in json.dumps(events)
    assert events[0]["data"]["token_id"] == token_id(token)


async def test_a_link_outlives_the_key_that_made_it(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a rotation of the key a repeated request returns the link that was sent, and a new one is made with the new key."""
    before = (await site.invite(application_id="a-1")).json()
    path = tmp_path / "hirelay.yaml"
    rotated = (
        path.read_text().replace("PERSON", "NEW_KEY") + "  previous_person_keys: [{env: PERSON}]\n"
    )
    path.write_text(rotated)
    os.utime(path, (1, 1))
    monkeypatch.setenv("NEW_KEY", "n" * 16 + "ew-key")

    again = (await site.invite(application_id="a-1")).json()
    new = (await site.invite(application_id="a-2")).json()

    assert again == before and (await site.open(again["url"])).status_code == 302
    key = relay_key(b"n" * 16 + b"ew-key")
    assert new["url"].endswith(token(key, invitation_id("acme", "a-2")))


async def test_a_link_leads_to_the_configured_page_and_counts_people(site: Site) -> None:
    """Programs, previews and HEAD are redirected without a click, whatever they ask for."""
    url = (await site.invite(application_id="a-1")).json()["url"]
    token = url.rpartition("/")[2]

    opened = await site.open(url)
    others = [
        await site.open(url, user_agent="Slackbot-LinkExpanding 1.0"),
        await site.open(url, user_agent=""),
        await site.open(url, user_agent="Mozilla/5.0 SafeLinks"),
        await site.open(url, sec_purpose="prefetch;prerender"),
        await site.open(url, "HEAD"),
        await site.open(url + "?next=https://evil.example", user_agent="curl/8"),
    ]

    assert (opened.status_code, opened.headers["location"]) == (302, f"{PAGE}?token={token}")
    assert opened.headers["cache-control"] == "no-store"
    assert {response.headers["location"] for response in others} == {f"{PAGE}?token={token}"}
    (click,) = site.published("clicked")
    assert click["data"] == {"token_id": token_id(token)}


async def test_other_links_lead_nowhere(site: Site) -> None:
    """An unknown token is 404, an expired link 410, and too many visits are 429."""
    url = (await site.invite(application_id="a-1")).json()["url"]

    assert (await site.open("/r/" + "A" * 22)).status_code == 404
    assert (await site.open("/r/../etc")).status_code == 404
    codes = [(await site.open(url)).status_code for _ in range(CLICKS_PER_MINUTE + 5)]
    assert codes[0] == 302 and codes[-1] == 429
    site.clock.now = NOON + timedelta(minutes=2)
    assert (await site.open(url)).status_code == 302
    site.clock.now = NOON + timedelta(days=90)
    assert (await site.open(url)).status_code == 410


async def test_what_cannot_be_invited(site: Site) -> None:
    """Without a token, with a misspelled field, or for a company without Career Relay there is no link."""
    misspelled = await site.invite(aplication_id="a")

    assert (await site.invite({})).status_code == 401
    assert (misspelled.status_code, "did you mean `application_id`?" in misspelled.text) == (
        400,
        True,
    )
    assert (await site.client.post(PATH, content=b"[", headers=TOKEN)).status_code == 400
    assert site.published("invited") == []


async def test_the_control_group_gets_no_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a holdout of 100 % nobody is invited, and the answer says to send the mail without the line."""
    site = Site(tmp_path, monkeypatch, holdout=100)

    response = await site.invite(application_id="a-1", candidate_id="c-1")

    assert (response.status_code, response.json()["withheld"]) == (200, True)
    assert site.published("invited") == []


async def test_registrations_of_a_file_are_those_of_callbacks(site: Site, tmp_path: Path) -> None:
    """The same person has the same hash whichever way it comes; a bad row refuses the whole request with its place."""
    path = tmp_path / "export.csv"
    header = "registration_id,token,person_key,registered_at,consent_id,consented_at,device,flags\n"
    link, at = "A" * 22, "2026-03-02T08:00:00Z"
    path.write_text(f"{header}r-1,{link},x,{at},c-1,{at},d-1,\nr-2,{link},y,{at},,,,bot employee\n")
    (body,) = bodies(path)

    response = await site.client.post(REGISTRATIONS_PATH, content=body, headers=TOKEN)

    assert response.status_code == 202
    first, second = (event["data"] for event in site.published("registered"))
    expected = gateways.fixture(CALLBACK).translated().events[0].data
    assert first == expected.model_dump(mode="json", exclude_none=True)
    assert second["flags"] == ["bot", "employee"] and "consent_id" not in second
    bad = json.dumps({"entries": [{"registration_id": "r"}]}).encode()
    refused = await site.client.post(REGISTRATIONS_PATH, content=bad, headers=TOKEN)
    assert (refused.status_code, "token" in refused.text) == (422, True)
    with pytest.raises(Malformed, match="did you mean `token`"):
        read_rows(header.replace("token", "tokn"))
    with pytest.raises(Malformed, match="line 2 has no token"):
        read_rows(header + f"r-1,,x,{at},,,,")


async def test_a_requirement_is_recorded_once_and_corrected_by_a_later_one(site: Site) -> None:
    """A repeated request has the same id; a misspelled field or an unknown factor refuses all of it with its place."""
    entry = {"job_id": "j-1", "since": "2026-04-01", "text": "必須経験5年"}
    bodies_sent = [{"entries": [entry]}, {"entries": [entry]}, {"entries": [entry | {"text": "3"}]}]
    for body in bodies_sent:
        response = await site.client.post(REQUIREMENTS_PATH, json=body, headers=TOKEN)
        assert response.status_code == 202

    first, again, corrected = site.publisher.events
    assert first.id == again.id != corrected.id
    assert (first.subject, first.data.text) == ("j-1", "必須経験5年")  # type: ignore[union-attr]
    for wrong, problem in (({"accept": "years"}, "unknown field"), ({"accepts": "age"}, "'years'")):
        refused = await site.client.post(
            REQUIREMENTS_PATH, json={"entries": [entry | wrong]}, headers=TOKEN
        )
        assert (refused.status_code, problem in refused.text) == (422, True)
    assert (await site.client.post(REQUIREMENTS_PATH, json={"entries": [entry]})).status_code == 401
