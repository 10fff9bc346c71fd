"""Two numbers that differ: each cause has its amount, and the amounts add up to the difference."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.cells import ALL, CHANNEL, COHORT, DECISION, TOTAL
from schemas.errors import Malformed
from schemas.events.envelope import full_type
from schemas.funnel.rules import TenantRules
from schemas.kpis.catalogue import BY_ID
from schemas.reporting.model import Report, ReportCell, ReportColumn, ReportPanel, Section
from schemas.tenants.config import Secret, Tenancy, Tenant
from schemas.tenants.mapping_snapshot import MappingSnapshot
from streams.tools.explaining.difference_text import difference_lines
from streams.tools.explaining.quotes import QuotedNumber, parse_fragment, read_quote
from streams.tools.explaining.two_numbers import Stories, explain_difference

TENANT = "acme"
REPORTED = datetime(2026, 5, 1, tzinfo=UTC)


def row(
    offset: int, kind: str, application: str, at: str, arrived: str
) -> tuple[int, int, int, int, str, str]:
    """An event of an application by doda, as the archive returns it."""
    data = {
        "application": {"id": application, "applied_at": "2026-04-02T00:00:00Z"},
        "channel": {"id": "doda"},
    }
    body = {
        "id": f"{offset:032x}",
        "source": "urn:ats:standard:acme:acme-events",
        "type": full_type(kind),
        "time": at,
        "recordedtime": arrived,
        "tenant": TENANT,
        "subject": application,
        "data": data | ({"party": "company"} if kind.endswith("rejected") else {}),
    }
    recorded = int(datetime.fromisoformat(arrived).timestamp() * 1000)
    return recorded, 0, offset, 0, application, json.dumps(body)


@pytest.fixture
def stories() -> Stories:
    """Two hires in April, a third that arrived late, and one in May."""
    rows = [
        row(0, "application.created", "a1", "2026-04-02T00:00:00Z", "2026-04-02T00:00:00Z"),
        row(1, "application.hired", "a1", "2026-04-20T00:00:00Z", "2026-04-20T00:00:00Z"),
        row(2, "application.hired", "a2", "2026-04-21T00:00:00Z", "2026-04-21T00:00:00Z"),
        row(3, "application.hired", "a3", "2026-04-22T00:00:00Z", "2026-05-09T00:00:00Z"),
        row(4, "application.hired", "a4", "2026-05-10T00:00:00Z", "2026-05-10T00:00:00Z"),
    ]
    return Stories(rows, TenantRules(MappingSnapshot(tenants={})))


APRIL = QuotedNumber(
    source="april.json",
    tenant=TENANT,
    kpi=BY_ID["hires"],
    dimension=TOTAL,
    member=ALL,
    basis=DECISION,
    first=date(2026, 4, 1),
    last=date(2026, 4, 30),
    as_of=date(2026, 4, 30),
    heard=REPORTED,
    value=2.0,
    currency="JPY",
    timezone="UTC",
)
NOW = replace(APRIL, source="board", heard=None, value=3.0, as_of=date(2026, 5, 31))


def amounts(stories: Stories, first: QuotedNumber, second: QuotedNumber) -> dict[str, float]:
    """The amount of each cause."""
    steps = explain_difference(first, second, stories).steps
    return {"+".join(step.causes): step.amount for step in steps}


def test_late_data_is_named_with_an_example(stories: Stories) -> None:
    """A hire of April that arrived after the report is the whole difference."""
    difference = explain_difference(APRIL, NOW, stories)

    assert amounts(stories, APRIL, NOW) == {"data": 1.0}
    assert (difference.arrived, difference.examples) == (2, ("a3", "a4"))


def test_the_causes_add_up(stories: Stories) -> None:
    """Late data, other days, another basis and another configuration each have their own amount."""
    wider = replace(NOW, last=date(2026, 5, 31), value=4.0)
    assert amounts(stories, APRIL, wider) == {"data": 1.0, "days": 1.0}
    other = replace(APRIL, value=1.0)
    assert amounts(stories, other, NOW) == {"recounted": 1.0, "data": 1.0}
    may = replace(NOW, first=date(2026, 5, 1), last=date(2026, 5, 31), value=1.0)
    cohort = replace(may, basis=COHORT, value=0.0)
    assert amounts(stories, may, cohort) == {"basis": -1.0}
    assert sum(amounts(stories, other, cohort).values()) == -1.0


def test_a_member_differs_from_the_company(stories: Stories) -> None:
    """A channel with none of the hires explains all of them."""
    nobody = replace(NOW, dimension=CHANNEL, member="indeed", value=0.0)
    assert amounts(stories, NOW, nobody) == {"member": -3.0}
    assert amounts(stories, NOW, replace(nobody, member="doda", value=3.0)) == {}


def test_a_waypoint_without_a_value_joins_the_next_cause(stories: Stories) -> None:
    """Where a rate has no cases on the way, its cause and the next one share an amount."""
    rate = replace(APRIL, kpi=BY_ID["offer_accept_rate"], value=0.5)

    assert amounts(stories, rate, replace(rate, source="b", value=0.75)) == {
        "recounted+data+days+basis+member+recounted_since": 0.25
    }


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (replace(NOW, kpi=BY_ID["applications"]), "different things"),
        (replace(NOW, tenant="other"), "different things"),
        (replace(NOW, value=None), "no value"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    stories: Stories, other: QuotedNumber, says: str
) -> None:
    """Another KPI, another company, and a number that was not shown."""
    with pytest.raises(Malformed, match=says):
        explain_difference(APRIL, other, stories)


def test_the_text_says_both_and_the_sum(stories: Stories) -> None:
    """Both numbers with days, basis and as-of, the causes and their sum, in both languages."""
    difference = explain_difference(APRIL, replace(NOW, last=date(2026, 5, 31), value=4.0), stories)
    english, japanese = ("\n".join(difference_lines(difference, lang)) for lang in ("en", "ja"))

    assert "A  2  2026-04-01..2026-04-30" in english and "as of 2026-05-01 00:00" in english
    assert "+1  data that arrived" in english and "+1  other days" in english
    assert "= +2" in english and "such as a3, a4" in english
    assert "+1  対象期間の違い" in japanese and "件(例: a3, a4)" in japanese


def report(**cells: float) -> Report:
    """A report of April with a company row and a row of doda."""
    name = ReportColumn(name="channel", label="Channel", numeric=False)
    number = ReportColumn(name="hires", label="Hires", numeric=True)
    company = ReportPanel(
        id="summary/hires",
        title="Hires",
        basis="decision",
        basis_label="",
        columns=(number,),
        rows=((ReportCell(text="2", value=cells["company"], unit="count", kpi="hires"),),),
        empty="",
    )
    channels = ReportPanel(
        id="channels/hires",
        title="Hires",
        basis="decision",
        basis_label="",
        columns=(name, number),
        rows=(
            (
                ReportCell(text="doda", value="doda", unit="text"),
                ReportCell(text="1", value=cells["doda"], unit="count", kpi="hires"),
            ),
        ),
        empty="",
    )
    return Report(
        tenant=TENANT,
        company="Acme",
        language="en",
        currency="JPY",
        period="2026-04",
        first=APRIL.first,
        last=APRIL.last,
        before_first=date(2026, 3, 1),
        before_last=date(2026, 3, 31),
        as_of=APRIL.as_of,
        data_as_of=REPORTED,
        definitions_version="1",
        sections=(Section(id="s", title="", sentences=(), panels=(company, channels)),),
        definitions=(),
    )


@pytest.fixture
def company() -> Tenancy:
    """The configuration of the company."""
    key = Secret(env="KEY")
    return Tenancy(tenants=(Tenant(id=TENANT, name="Acme", quarantine_key=key, person_key=key),))


def test_a_number_of_a_report_is_found_by_kpi_and_member(tmp_path: Path, company: Tenancy) -> None:
    """The company's value, a channel's, and a clear refusal that lists what is there."""
    path = tmp_path / "april.json"
    path.write_text(report(company=2, doda=1).model_dump_json())
    total = read_quote(None, f"{path}#hires", company, REPORTED)
    doda = read_quote(None, f"{path}#hires@channel=doda", company, REPORTED)

    assert (total.value, total.heard, total.last) == (2.0, REPORTED, APRIL.last)
    assert (doda.value, doda.dimension, doda.member) == (1.0, CHANNEL, "doda")
    with pytest.raises(Malformed, match="has no hires of channel indeed; it has hires"):
        read_quote(None, f"{path}#hires@channel=indeed", company, REPORTED)
    with pytest.raises(Malformed, match="such as aoba-2026-10-ja"):
        read_quote(None, str(path), company, REPORTED)
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(Malformed, match="--format json"):
        read_quote(None, f"{tmp_path / 'other.json'}#hires", company, REPORTED)


@pytest.mark.parametrize(
    "text", ["", "hires@doda", "hires@channel=", "hires,basis=month", "hires@floor=2"]
)
def test_a_malformed_quote_is_refused(text: str) -> None:
    """What follows the # is a KPI, perhaps of a member, perhaps on a basis."""
    with pytest.raises(Malformed):
        parse_fragment(text)
