-- Whose names boards may show: of jobs and departments, or of people too.
alter table tenants add column if not exists names LowCardinality(String) default 'jobs' after minor
