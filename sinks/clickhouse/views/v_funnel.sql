-- The funnel: entries, passes, rejections, withdrawals and closings by member and milestone; the rate is passed ÷
-- (passed + failed). Side steps stand beside the main line: they neither follow nor precede its stages.
-- Parameters: tenant, dimension, basis, first and last (both included).
create or replace view v_funnel as
select
    member,
    splitByChar('.', measure)[2] as milestone,
    indexOf(
        [
            'lead', 'applied', 'screening', 'casual', 'assessment', 'interview_1', 'interview_2', 'interview_n',
            'final_interview', 'reference', 'offer', 'accepted', 'hired', 'unmapped'
        ],
        milestone
    ) as position,
    sumIf(value, startsWith(measure, 'entered.')) as entered,
    sumIf(value, startsWith(measure, 'passed.')) as passed,
    sumIf(value, startsWith(measure, 'failed.')) as failed,
    sumIf(value, startsWith(measure, 'withdrew.')) as withdrew,
    sumIf(value, startsWith(measure, 'closed.')) as closed,
    passed + failed as n,
    if(n = 0, null, passed / n) as pass_rate,
    milestone in ('casual', 'assessment', 'reference') as side_step
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and basis = {basis:String}
    and day between {first:Date} and {last:Date}
    and splitByChar('.', measure)[1] in ('entered', 'passed', 'failed', 'withdrew', 'closed')
group by member, milestone
having milestone != ''
