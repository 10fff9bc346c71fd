-- Up to where Kafka is in this database, by partition. A database that is about to be filled has one row, with an empty topic; one
-- that never was has none.
create or replace view v_archive as
select
    generation.id as generation,
    generation.rebuilds as rebuilds,
    position.topic as topic,
    position.partition as partition,
    position.next_offset as next_offset
from
(
    select
        id,
        rebuilds
    from archive_generations
    order by rebuilds desc, started desc
    limit 1
) as generation
left join
(
    select *
    from archive_positions final
) as position on position.generation = generation.id
