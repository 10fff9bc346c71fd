"""The policies of Career Relay are checked like every other file: with the place of a mistake and what to write instead."""

from datetime import date
from pathlib import Path

import pytest

from schemas.relay.policy import FixedValue, policy_on
from schemas.tenants.config import Secret, Tenancy, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.relay import load_relay

SHIPPED = Path("deploy/config")
FILE = """companies:
  - tenant: aoba
    page: https://relay.example/register
    policies:
      - since: 2026-04-01
        value: {{ method: fixed, amount: 1500000 }}
        redemption: 60 %
        {line}
"""


def tenancy() -> Tenancy:
    """One company."""
    key = Secret(env="KEY")
    return Tenancy(tenants=(Tenant(id="aoba", name="青葉", quarantine_key=key, person_key=key),))


def problem(folder: Path, text: str) -> str:
    """What is wrong with a file."""
    path = folder / "relay.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured) as raised:
        load_relay(path, tenancy())
    return str(raised.value)


def test_the_shipped_file_is_valid() -> None:
    """The file that operators start from belongs to the shipped companies."""
    relay = load_relay(SHIPPED / "relay.yaml", load_tenancy(SHIPPED / "hirelay.yaml"))

    assert [company.tenant for company in relay.companies] == ["acme"]


def test_without_a_file_no_company_uses_the_relay(tmp_path: Path) -> None:
    """The relay is optional."""
    assert load_relay(tmp_path / "missing.yaml", tenancy()).companies == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("undone: keeep", "line 8, column 9, companies.0.policies.0.undone: Input should be 'keep' or 'revoke'"),
        ("link_day: 30", "did you mean `link_days`?"),
        ("holdout: 120 %", "less than or equal to 100"),
        ("holdout: 0.2", "valid integer"),
        ("slot_days: 0", "greater than or equal to 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(tmp_path: Path, line: str, expected: str) -> None:
    """The message says where the mistake is and what to write."""
    assert expected in problem(tmp_path, FILE.format(line=line))


def test_companies_and_versions_are_checked(tmp_path: Path) -> None:
    """The company exists, is written once, and its versions are in order; the page has no query of its own."""
    text = FILE.format(line="link_days: 30")
    second = text.partition("companies:\n")[2]
    version = text.partition("policies:\n")[2]

    assert "did you mean `aoba`?" in problem(tmp_path, text.replace("aoba", "aobe"))
    assert "aoba is written twice" in problem(tmp_path, text + second)
    assert "in the order of their `since`" in problem(tmp_path, text + version)
    assert "companies.0.page" in problem(tmp_path, text.replace("/register", "/r?next=x"))
    assert "companies.0.page" in problem(tmp_path, text.replace("https", "javascript"))


def test_the_version_of_a_day_is_the_last_one_before(tmp_path: Path) -> None:
    """Before the first version the first applies."""
    path = tmp_path / "relay.yaml"
    text = FILE.format(line="link_days: 30")
    later = text.partition("policies:\n")[2].replace("2026-04", "2026-10").replace("30", "60")
    path.write_text(text + later)
    (company,) = load_relay(path, tenancy()).companies

    days = [policy_on(company.policies, date(2026, month, 1)).link_days for month in (1, 9, 10)]

    assert days == [30, 30, 60]
    assert company.policies[0].value == FixedValue(method="fixed", amount=1_500_000)
    assert company.policies[0].redemption == 60
