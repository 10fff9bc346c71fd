-- Data quality of the whole company: how many events of each kind were counted in a window, and the latest one that a query
-- over the archive can recognise. Events set aside for a time ahead of their arrival are those that arrived in the window and are
-- still open. Which stages and reasons are unmapped is not in the archive, so their example is empty. Parameters: tenant, first and
-- last (both included).
-- An example is searched on the last day with any such event, a day more on either side for the time zone, among 2 000 subjects.
create or replace view v_quality as
with
    counted as
    (
        select
            measure as kind,
            sum(value) as events,
            max(day) as latest
        from v_cells
        where tenant = {tenant:String}
            and dimension = 'total'
            and basis = 'decision'
            and day between {first:Date} and {last:Date}
            and (measure in ('entered.unmapped', 'unmapped_reasons') or startsWith(measure, 'quality.'))
        group by measure
    ),
    touched as
    (
        select distinct subject
        from v_events
        where tenant = {tenant:String}
            and not test
            and not startsWith(type, 'cost.')
            and toDate(time, 'UTC') in
            (
                select arrayJoin([latest - 1, latest, latest + 1])
                from counted
                where startsWith(kind, 'quality.')
            )
        limit 2000
    ),
    placed as
    (
        select
            event_id,
            application_id,
            time,
            max(time) over (
                partition by subject
                order by src_offset, src_index
                rows between unbounded preceding and 1 preceding
            ) > time as late,
            row_number() over (
                partition by subject, type, time, cityHash64(JSONExtractRaw(body, 'data'))
                order by src_offset, src_index
            ) > 1 as repeated,
            type in ('application.rejected', 'application.withdrawn', 'application.closed', 'application.hired')
                and countIf(stage_id != '' or stage_name != '') over (partition by subject) = 0 as without_stage,
            parseDateTime64BestEffortOrNull(JSONExtractString(body, 'data', 'end'))
                < parseDateTime64BestEffortOrNull(JSONExtractString(body, 'data', 'start')) as backwards,
            type in
            (
                'application.channel_changed', 'candidate.merged', 'employment.end_cancelled', 'employment.start_cancelled',
                'feedback.deleted', 'interview.deleted'
            ) as correcting
        from v_events
        where tenant = {tenant:String}
            and not test
            and not startsWith(type, 'cost.')
            and subject in (select subject from touched)
    ),
    recognised as
    (
        select
            arrayJoin(arrayFilter(
                each -> each != '',
                [
                    if(late, 'quality.out_of_order', ''),
                    if(repeated, 'quality.told_again', ''),
                    if(without_stage, 'quality.without_stage', ''),
                    if(backwards, 'quality.impossible', ''),
                    if(correcting, 'quality.corrected', '')
                ]
            )) as kind,
            argMax(event_id, time) as example,
            argMax(application_id, time) as application
        from placed
        group by kind
    )
select
    counted.kind as kind,
    counted.events as events,
    recognised.example as example,
    recognised.application as application
from counted
left join recognised on recognised.kind = counted.kind
union all
select
    'future_time' as kind,
    toInt64(count()) as events,
    argMax(id, at) as example,
    '' as application
from v_quarantined
where tenant = {tenant:String}
    and reason = 'future_time'
    and state = 'open'
    and toDate(at, 'UTC') between {first:Date} and {last:Date}
having events > 0
