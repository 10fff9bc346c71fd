"""KPI definitions, the KPI catalogue and the duration KPIs."""
