-- The names of members, by dimension: an employee may be a member of three. An imported name is shown in place of a reported one. The
-- names of employees are shown only where the company's configuration says so.
create or replace view v_members as
select
    tenant,
    arrayJoin(if(kind = 'person', ['interviewer', 'recruiter', 'hiring_manager'], [toString(kind)])) as dimension,
    member,
    argMax(given, (source = 'imported', version)) as name
from
(
    select
        tenant,
        kind,
        member,
        source,
        name as given,
        version
    from members final
    where name != ''
        and (kind != 'person' or tenant in (select id from v_tenants where names = 'people'))
)
group by tenant, kind, member
