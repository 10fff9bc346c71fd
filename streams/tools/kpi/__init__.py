"""`hirelay kpi`: KPI values and definitions for people and programs."""
