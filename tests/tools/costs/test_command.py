"""A file of costs is read as it is written, refused with the entry and the field, and posted until it is taken."""

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
from streams.simulator.company import COMPANIES
from streams.simulator.season import season
from streams.simulator.spending import spending
from streams.tools.costs import command as costs_command
from streams.tools.costs.api_client import ATTEMPTS, ApiReply, post
from tests.fakes import NOON

EXAMPLE = Path(__file__).parents[3] / "deploy/config/costs.yaml"
API = costs_command.Api(url="http://gateway/v1/costs", token="a token that nobody is shown")
TOOL = "cost_id: t1\nkind: tool\nscope: company\namount: "


def written(folder: Path, text: str) -> Path:
    """A file of costs."""
    path = folder / "costs.yaml"
    path.write_text(text)
    return path


def answers(
    *replies: ApiReply,
) -> tuple[list[bytes], Callable[[costs_command.Api, bytes], ApiReply]]:
    """A gateway that answers these in turn, and what it was sent."""
    sent: list[bytes] = []

    def send(_api: costs_command.Api, body: bytes) -> ApiReply:
        sent.append(body)
        return replies[min(len(sent), len(replies)) - 1]

    return sent, send


def test_the_example_is_sound() -> None:
    """What operators start from is accepted; amounts and days are those that are written."""
    found = costs_command.sheet(EXAMPLE, "JPY", NOON).entries

    assert [each.minor("JPY") for each in found] == [1200000, 1500000, 49990, 184000]
    assert (found[0].since, found[0].to) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.50", "USD", 1250), ("90071992547409.91", "USD", 2**53 - 1), ("1200", "JPY", 1200)],
)
def test_an_amount_is_the_one_that_is_written(
    tmp_path: Path, amount: str, currency: str, minor: int
) -> None:
    """No floating point comes between the file and the number."""
    (found,) = costs_command.sheet(written(tmp_path, TOOL + amount), currency, NOON).entries

    assert found.minor(currency) == minor


@pytest.mark.parametrize("amount", ["1:30", "0x10", "1_000", ".inf", "[1]", "~"])
def test_what_yaml_would_make_a_number_of_is_refused(tmp_path: Path, amount: str) -> None:
    """Sixty times one and thirty is not what anybody meant by 1:30."""
    with pytest.raises(Misconfigured, match=r"entry 1 \(t1\), amount: "):
        costs_command.sheet(written(tmp_path, TOOL + amount), "JPY", NOON)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has 1 problem"),
        ("entries: []", "no costs in it"),
        ("entries: 7", "no costs in it"),
        ("a: [", "not YAML"),
        ("a: !!python/name:os.system ''", "not YAML"),
        ("entries: &a [*a]", "cannot be written"),
        ("entries: [{amount: !!float 1e400}]", "cannot be written"),
        ("entries: [{cost_id: x}, 7]", "entry 2, as a whole: an entry is an object"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With the file, the place and the remedy."""
    with pytest.raises(Misconfigured, match=words):
        costs_command.sheet(written(tmp_path, text), "JPY", NOON)


def test_a_long_file_is_posted_in_parts(tmp_path: Path) -> None:
    """More than a request may hold is several requests, and an entry keeps its place in the file."""
    entry = "- {cost_id: c%d, kind: tool, scope: company, amount: %s}\n"
    good = "".join(entry % (n, 1) for n in range(501))
    found = costs_command.sheet(written(tmp_path, "entries:\n" + good), "JPY", NOON)

    assert (len(found.bodies), len(found.entries)) == (2, 501)
    with pytest.raises(Misconfigured, match=r"entry 502 \(c502\), amount"):
        costs_command.sheet(
            written(tmp_path, "entries:\n" + good + entry % (502, "x")), "JPY", NOON
        )


def test_a_busy_gateway_is_asked_again() -> None:
    """While it says later, or nobody answers, the same is sent again after the pause that it asks for."""
    sent, send = answers(
        ApiReply(status=503, retry_after=10.0),
        ApiReply(status=0),
        ApiReply(status=202, content={"accepted": 1, "ids": ["i"]}),
    )
    pauses: list[float] = []

    assert post(API, b"x", send, pauses.append) == ["i"]
    assert (sent, pauses) == ([b"x"] * 3, [10.0, 1.0])


def test_a_gateway_that_never_answers_is_told() -> None:
    """After many attempts it is given up, with the address and never with the token."""
    sent, send = answers(ApiReply(status=0))
    with pytest.raises(Unavailable, match="http://gateway/v1/costs") as caught:
        post(API, b"x", send, lambda _: None)

    assert len(sent) == ATTEMPTS
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
    """What is refused for good is not sent again."""
    sent, send = answers(reply)
    with pytest.raises(Misconfigured, match=words):
        post(API, b"x", send, lambda _: None)

    assert len(sent) == 1


@pytest.mark.parametrize("held", ["old\nnew", "\ufefftoken", "token\0", "トークン"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_that_holds_no_token_is_refused_at_once(
    tmp_path: Path, held: str, encoding: str
) -> None:
    """It could never be sent: nobody waits a minute for an answer that cannot come, and the token is not shown."""
    path = tmp_path / "token"
    path.write_text(held, encoding=encoding)

    with pytest.raises(Misconfigured, match="token holds no token") as caught:
        costs_command.api(Settings(), "acme", {}, path)
    assert held not in str(caught.value)


def test_the_token_comes_from_a_file_or_the_configuration(tmp_path: Path) -> None:
    """On the machine of the gateway nothing needs to be given; an awaited token is passed over."""
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
    found = costs_command.api(settings, "acme", {}, None)

    assert (found.url, found.token) == (
        "https://hooks.example.com/v1/costs",
        "the present token of acme",
    )
    assert costs_command.api(settings, "nobody", {}, tmp_path / "other").token == "another token"
    for tenant, words in (("bare", "no api_tokens"), ("nobody", "no tenant")):
        with pytest.raises(Misconfigured, match=words):
            costs_command.api(settings, tenant, {}, None)


def test_check_sends_nothing() -> None:
    """A dry run shows every entry as people read it."""
    words = ["costs", "add", "--file", str(EXAMPLE), "--tenant", "acme", "--check"]
    result = CliRunner().invoke(app, words)

    assert result.exit_code == 0
    assert "media of channel doda, ¥1,200,000, 2026-04-01 to 2027-03-31" in result.output
    assert "499.90 USD" in result.output
    assert "nothing was sent" in result.output


def test_what_the_simulated_companies_spend_is_sound() -> None:
    """Media, fees for hires and a tool of every company; the same season costs the same."""
    until = datetime(2026, 11, 24, 3, tzinfo=UTC)
    made = season(7, deliveries=4000, days=120, until=until)
    found = spending(made, seed=7, days=120, until=until)
    kinds = set()
    for spent in found.values():
        for currency in ("JPY", "USD"):
            read = cost_entries.read({"entries": spent}, currency, until)
        kinds |= {each.kind for each in read}

    assert set(found) == {each.tenant for each in COMPANIES}
    assert kinds == {"media", "tool", "agency_fee"}
    assert found == spending(made, seed=7, days=120, until=until)
