"""A costs file is parsed exactly, refused by entry and field, and posted until it is accepted."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.errors import Unavailable
from streams.cli.main import app
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest import cost_entries
from streams.simulator import spending
from streams.simulator.company import COMPANIES
from streams.simulator.season import season
from streams.tools.costs import command as costs_command
from streams.tools.costs.api_client import MAX_ATTEMPTS, MAX_PAUSE_S, ApiReply, post, send_over_http
from tests.fakes import NOON
from tests.sinks.test_alertmanager import serve_reply

EXAMPLE = Path(__file__).parents[3] / "deploy/config/costs.yaml"
API = costs_command.Api(url="http://gateway/v1/costs", token="a token that nobody is shown")
TOOL = "cost_id: t1\nkind: tool\nscope: company\namount: "


def write_file(folder: Path, text: str) -> Path:
    """Write a costs file."""
    path = folder / "costs.yaml"
    path.write_text(text)
    return path


def answers(
    *replies: ApiReply,
) -> tuple[list[bytes], Callable[[costs_command.Api, bytes], ApiReply]]:
    """A fake gateway that returns the replies in turn, and the bodies it received."""
    sent: list[bytes] = []

    def send(_api: costs_command.Api, body: bytes) -> ApiReply:
        sent.append(body)
        return replies[min(len(sent), len(replies)) - 1]

    return sent, send


def test_the_example_is_valid() -> None:
    """The example file is accepted with its exact amounts and days."""
    entries = costs_command.load_sheet(EXAMPLE, "JPY", NOON).entries

    assert [entry.minor_units("JPY") for entry in entries] == [1200000, 1500000, 49990, 184000]
    assert (entries[0].since, entries[0].to) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.50", "USD", 1250), ("90071992547409.91", "USD", 2**53 - 1), ("1200", "JPY", 1200)],
)
def test_amounts_are_parsed_exactly(tmp_path: Path, amount: str, currency: str, minor: int) -> None:
    """An amount is not rounded by floating point."""
    (entry,) = costs_command.load_sheet(write_file(tmp_path, TOOL + amount), currency, NOON).entries

    assert entry.minor_units(currency) == minor


@pytest.mark.parametrize("amount", ["1:30", "0x10", "1_000", ".inf", "[1]", "~"])
def test_ambiguous_yaml_numbers_are_refused(tmp_path: Path, amount: str) -> None:
    """A value that YAML 1.1 would convert to an unintended number, such as 1:30, is refused."""
    with pytest.raises(Misconfigured, match=r"entry 1 \(t1\), amount: "):
        costs_command.load_sheet(write_file(tmp_path, TOOL + amount), "JPY", NOON)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has 1 problem"),
        ("entries: []", "no costs in it"),
        ("entries: 7", "no costs in it"),
        ("a: [", "not YAML"),
        ("a: !!python/name:os.system ''", "not YAML"),
        ("entries: &a [*a]", "cannot be written"),
        (
            "entries: [{amount: !!float 1e400}]",
            "line 1, column 12, entry 1, amount: cannot be used",
        ),
        ("entries: [{cost_id: x}, 7]", "entry 2, as a whole: an entry is an object"),
    ],
)
def test_an_invalid_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """An invalid file is refused with the file, the location and the fix."""
    with pytest.raises(Misconfigured, match=words):
        costs_command.load_sheet(write_file(tmp_path, text), "JPY", NOON)


def test_a_long_file_is_posted_in_parts(tmp_path: Path) -> None:
    """A file beyond the request limit becomes several requests; problems keep the entry's number in the file."""
    entry = "- {cost_id: c%d, kind: tool, scope: company, amount: %s}\n"
    good = "".join(entry % (n, 1) for n in range(501))
    sheet = costs_command.load_sheet(write_file(tmp_path, "entries:\n" + good), "JPY", NOON)

    assert (len(sheet.bodies), len(sheet.entries)) == (2, 501)
    with pytest.raises(Misconfigured, match=r"entry 502 \(c502\), amount"):
        costs_command.load_sheet(
            write_file(tmp_path, "entries:\n" + good + entry % (502, "x")), "JPY", NOON
        )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which take no time."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


def test_a_busy_gateway_is_retried(pauses: list[float]) -> None:
    """While the gateway is busy or unreachable, the same body is sent again after the requested pause."""
    sent, send = answers(
        ApiReply(status=503, retry_after=10.0),
        ApiReply(status=0),
        ApiReply(status=202, content={"accepted": 1, "ids": ["i"]}),
    )

    assert post(API, b"x", send) == ["i"]
    assert sent == [b"x"] * 3
    assert pauses[0] == 10.0
    assert 1.0 <= pauses[1] <= 1.5


def test_an_unreachable_gateway_is_reported(pauses: list[float]) -> None:
    """After the last attempt the error names the address and never the token."""
    sent, send = answers(ApiReply(status=0))
    with pytest.raises(Unavailable, match="http://gateway/v1/costs") as caught:
        post(API, b"x", send)

    assert len(sent) == MAX_ATTEMPTS
    assert len(pauses) == MAX_ATTEMPTS - 1
    assert max(pauses) == MAX_PAUSE_S
    assert API.token not in str(caught.value) + repr(API)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (ApiReply(status=401), "--token-file"),
        (
            ApiReply(
                status=422,
                content={"problems": [{"index": 3, "field": "amount", "message": "round it"}]},
            ),
            "entry 3, amount: round it",
        ),
    ],
)
def test_a_refusal_is_final(reply: ApiReply, words: str) -> None:
    """A permanent refusal is not retried."""
    sent, send = answers(reply)
    with pytest.raises(Misconfigured, match=words):
        post(API, b"x", send)

    assert len(sent) == 1


def test_a_redirect_is_not_followed() -> None:
    """A redirect is an answer like any other, so that the token is sent nowhere else."""
    address = serve_reply(
        b"HTTP/1.1 307 elsewhere\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    )

    assert send_over_http(costs_command.Api(url=address, token="t"), b"{}").status == 307


@pytest.mark.parametrize(
    "url", ["gateway.example.com/v1/costs", "ftp://gateway/", "http://gateway:port/"]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    """An address without http:// is a mistake of the configuration, not a gateway that is away."""
    with pytest.raises(Misconfigured, match="set HIRELAY_GATEWAY_URL"):
        post(costs_command.Api(url=url, token="t"), b"{}")


@pytest.mark.parametrize("text", ["old\nnew", "\ufefftoken", "token\0", "トークン"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_holds_no_token_is_refused_at_once(
    tmp_path: Path, text: str, encoding: str
) -> None:
    """A token that cannot be sent is refused before any request, and not printed."""
    path = tmp_path / "token"
    path.write_text(text, encoding=encoding)

    with pytest.raises(Misconfigured, match="token holds no token") as caught:
        costs_command.resolve_api(Settings(), "acme", {}, path)
    assert text not in str(caught.value)


def test_the_token_comes_from_a_file_or_the_configuration(tmp_path: Path) -> None:
    """The first active token of the configuration is the default; a pending one is skipped."""
    (tmp_path / "next").write_text("")
    (tmp_path / "now").write_text("the present token of acme\n")
    (tmp_path / "other").write_text("another token\n")
    config = tmp_path / "hirelay.yaml"
    config.write_text(
        "tenants: [{id: acme, name: a, quarantine_key: {env: Q}, person_key: {env: P}, "
        "api_tokens: [{file: next}, {file: now}]}, "
        "{id: bare, name: b, quarantine_key: {env: Q}, person_key: {env: P}}]"
    )
    settings = Settings(config=config, gateway_url="https://hooks.example.com/")
    api = costs_command.resolve_api(settings, "acme", {}, None)

    assert (api.url, api.token) == (
        "https://hooks.example.com/v1/costs",
        "the present token of acme",
    )
    assert (
        costs_command.resolve_api(settings, "nobody", {}, tmp_path / "other").token
        == "another token"
    )
    for tenant, words in (("bare", "no api_tokens"), ("nobody", "no tenant")):
        with pytest.raises(Misconfigured, match=words):
            costs_command.resolve_api(settings, tenant, {}, None)


def test_check_sends_nothing() -> None:
    """A dry run prints every entry in a readable form."""
    words = ["costs", "add", "--file", str(EXAMPLE), "--tenant", "acme", "--check"]
    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0
    assert "media of channel doda, ¥1,200,000, 2026-04-01 to 2027-03-31" in result.output
    assert "499.90 USD" in result.output
    assert "nothing was sent" in result.output


def test_simulated_costs_are_valid() -> None:
    """Every simulated company has media, agency fee and tool costs; the same season yields the same costs."""
    until = datetime(2026, 11, 24, 3, tzinfo=UTC)
    simulated = season(7, deliveries=4000, days=120, until=until)
    costs_by_tenant = spending.cost_entries(simulated, seed=7, days=120, until=until)
    kinds = set()
    for raw_entries in costs_by_tenant.values():
        for currency in ("JPY", "USD"):
            entries = cost_entries.parse_entries({"entries": raw_entries}, currency, until)
        kinds |= {entry.kind for entry in entries}

    assert set(costs_by_tenant) == {company.tenant for company in COMPANIES}
    assert kinds == {"media", "tool", "agency_fee"}
    assert costs_by_tenant == spending.cost_entries(simulated, seed=7, days=120, until=until)
