-- Which filling of this database from Kafka counts: the latest. A database that was lost has none, and one that was restored has
-- that of its copy, so positions are never taken for those of other data.
-- rebuilds: how many of the requested rebuilds this filling has carried out.
create table if not exists archive_generations
(
    id String,
    rebuilds UInt64,
    started DateTime64(6, 'UTC') default now64(6)
)
engine = MergeTree
order by (rebuilds, started)
