alter table candidate_events add column if not exists vendorevent LowCardinality(String) after connection
