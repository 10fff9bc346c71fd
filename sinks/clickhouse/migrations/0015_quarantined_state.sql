-- What people did about it: open, replayed or dropped, with their reason.
alter table quarantined
    add column if not exists state LowCardinality(String) default 'open',
    add column if not exists resolution String,
    add column if not exists part Bool
