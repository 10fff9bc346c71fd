"""A kind of rule may carry evidence from day to day instead of judging windows."""

from collections.abc import Mapping
from math import exp, log, log1p
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerting.breach import Breach
from schemas.alerting.episodes import Fold, Judgement, Judging, ReportedHistory, fold_judgements
from schemas.alerting.kinds.threshold import ThresholdRule
from schemas.alerting.reconcile import WatchedMember, reconcile
from schemas.alerting.rule import AlertRule, FoldMember
from schemas.cells import Tally
from schemas.tenants.business_hours import IsHoliday, no_holiday
from tests.schemas.alerting.test_reconcile import FIRST, NOW, Days, compacted, of_days
from tests.schemas.alerting.test_rules import screened

ODDS_RATIO = 2.0  # how much worse than the target the rate is suspected to be
ALARM = 365.0


class EvidenceRule(ThresholdRule):
    """A Shiryaev–Roberts statistic per member: evidence accumulates daily and starts anew after an episode."""

    kind: Literal["evidence"] = "evidence"

    def prepare(
        self, members: Mapping[str, Mapping[int, Tally]], is_holiday: IsHoliday = no_holiday
    ) -> FoldMember:
        """Judge each member by itself."""
        return AlertRule.prepare(self, members, is_holiday)

    def fold(self, days: Mapping[int, Tally], history: ReportedHistory, as_of: int) -> Fold:
        """Fold the statistic."""
        return fold_judgements(self._judge_days(days, as_of), history, self.cool_down)

    def _judge_days(self, days: Mapping[int, Tally], as_of: int) -> Judging:
        odds = self.target / (1 - self.target) / ODDS_RATIO
        worse = odds / (1 + odds)
        statistic, was_open = 0.0, False
        for day in range(min(days, default=as_of + 1), as_of + 1):
            passed, failed = (
                days.get(day, {}).get(f"{outcome}.screening", 0) for outcome in ("passed", "failed")
            )
            gain = passed * log(worse / self.target)
            gain += failed * (log1p(-worse) - log1p(-self.target))
            statistic = min((statistic + 1) * exp(gain), 1e12)
            is_open = yield (
                day,
                Judgement(
                    value=statistic,
                    n=passed + failed,
                    off_target=statistic >= ALARM,
                    keeps_open=statistic >= ALARM / 10,
                ),
            )
            if was_open and not is_open:
                statistic = 0.0
            was_open = is_open


def subject(days: Days) -> WatchedMember:
    """The screening of one channel."""
    fields = {"id": "evidence", "tenant": "acme", "kpi": "screen_pass_rate", "at_least": 0.4}
    rule = EvidenceRule(**fields, owner="recruiting", dimension="channel", cool_down_days=0)
    return WatchedMember(rule=rule, dimension="channel", member="doda", days=days)


def breaches_after(days: Days, as_of: int, existing: list[Breach] | None = None) -> list[Breach]:
    """The breaches after one reconciliation."""
    return compacted(existing or [], reconcile(subject(days), existing or [], as_of, NOW))


def test_evidence_of_several_days_opens_a_breach() -> None:
    """Days that are too weak alone open a breach together, however far apart they are."""
    weak = {FIRST + day: screened(0, 5) for day in (0, 40, 80)}

    assert breaches_after({FIRST: weak[FIRST]}, FIRST + 80) == []
    assert len(breaches_after(weak, FIRST + 80)) == 1


def test_evidence_starts_anew_after_an_ending() -> None:
    """What opened an ended breach does not open the next one."""
    days = {FIRST: screened(0, 40), FIRST + 1: screened(13, 0), FIRST + 2: screened(0, 15)}
    breaches = breaches_after(days, FIRST + 2)

    assert [(breach.kind, breach.ending) for breach in breaches] == [("evidence", "recovered")]


@given(of_days, of_days, st.integers(FIRST, FIRST + 50))
def test_late_events_are_settled_by_one_evaluation(before: Days, after: Days, as_of: int) -> None:
    """However the cells are corrected, one pass writes every record, and at most one breach is active."""
    breaches = breaches_after(after, as_of, breaches_after(before, as_of))

    assert reconcile(subject(after), breaches, as_of, NOW) == []
    assert sum(breach.active for breach in breaches) <= 1


@given(of_days, st.integers(FIRST, FIRST + 50))
def test_a_record_with_its_kind_is_read_as_it_was_written(days: Days, as_of: int) -> None:
    """A kind that `limit_days` does not imply is part of the record."""
    for breach in breaches_after(days, as_of):
        assert Breach.model_validate_json(breach.model_dump_json()) == breach
