-- The names of jobs in the events that are here already.
insert into members
select
    tenant,
    'job' as kind,
    if(job_id != '', job_id, JSONExtractString(body, 'data', 'job_id')) as member,
    'reported' as source,
    if(job_id != '', job_name, JSONExtractString(body, 'data', 'name')) as name,
    toUInt64(toUnixTimestamp64Milli(time)) as version
from candidate_events
where (job_id != '' or startsWith(type, 'job.')) and member != '' and name != ''
