"""The kinds of alert rules: each is one module, one import and its name in `AnyRule`."""

from typing import get_args

from schemas.alerting.breach import Breach
from schemas.alerting.kinds.change import ChangeRule
from schemas.alerting.kinds.service_level import ServiceLevelRule
from schemas.alerting.kinds.threshold import ThresholdRule
from schemas.alerting.rule import AlertRule

# In the order in which a rule that states no kind is matched with its KPI.
AnyRule = ThresholdRule | ServiceLevelRule | ChangeRule

KINDS: dict[str, type[AlertRule]] = {
    rule.model_fields["kind"].default: rule for rule in get_args(AnyRule)
}


def kind_of(breach: Breach) -> type[AlertRule]:
    """The kind of the breach's rule; raise KeyError if it is not one of `KINDS`."""
    return KINDS[breach.kind]
