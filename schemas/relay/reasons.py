"""Everything that the rejections of one company say: shares, what they suggest, what came of it, and what nobody mapped."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.relay.factors import Factor
from schemas.relay.facts import ApplicationStep
from schemas.relay.mismatch import FactorShare, factor_shares, read_endings, unmapped_reasons
from schemas.relay.policy import RelayCompany
from schemas.relay.requirements import OWNER, Requirement, merge_versions
from schemas.relay.state import State
from schemas.relay.suggestions import Effect, Suggestion, effects, suggest


@dataclass(frozen=True)
class Reasons:
    """The rejections of one company; `unmapped` counts those whose reason has no factor, by reason."""

    tenant: str
    shares: list[FactorShare]
    suggestions: list[Suggestion]
    effects: list[Effect]
    unmapped: dict[str, int]

    @property
    def only_factor(self) -> Factor | None:
        """The factor that all rejections have, of which no share says anything; None if there are several, or none."""
        factors = {share.factor for share in self.shares}
        return factors.pop() if len(factors) == 1 else None

    @property
    def anything_stands_out(self) -> bool:
        """Whether any factor stands out anywhere."""
        return any(share.stands_out for share in self.shares)


def reasons_of(
    state: State, steps: Mapping[str, ApplicationStep], company: RelayCompany
) -> Reasons:
    """The reasons of a company by its ledger, whose steps are under their ids, and by its mapping."""
    versions = requirement_versions(state, company)
    endings = read_endings(state, steps, company.factors, versions)
    shares = factor_shares(endings)
    return Reasons(
        tenant=state.tenant,
        shares=shares,
        suggestions=suggest(shares, endings, versions),
        effects=effects(endings, versions),
        unmapped=dict(unmapped_reasons(endings).most_common()),
    )


def requirement_versions(state: State, company: RelayCompany) -> tuple[Requirement, ...]:
    """The versions of the company's file, and those that its ledger has recorded."""
    recorded = (
        Requirement(
            job=fact.job,
            since=fact.since,
            text=fact.text,
            owner=fact.owner or OWNER,
            accepts=fact.accepts,
        )
        for fact in state.requirements.values()
    )
    return merge_versions(company.requirements, recorded)
