"""Names of service levels on boards, in both languages."""

from schemas.kpis.catalogue import KPIS

# Cases that wait longer than the limit, by the KPI of their waiting time.
SERVICE_LEVELS = {
    f"waits.{kpi.id}": (f"{kpi.ja}の超過(件)", f"{kpi.en}: cases over the limit")
    for kpi in KPIS
    if kpi.kind == "waiting"
}
