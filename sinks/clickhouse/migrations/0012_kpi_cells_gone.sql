drop table if exists kpi_cells
