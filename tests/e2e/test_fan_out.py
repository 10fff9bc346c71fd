"""An event about a job or a candidate reaches all its applications, whatever happens to the worker meanwhile."""

from tests.e2e.conftest import Stack
from tests.e2e.large_job import LargeJob, post_all
from tests.e2e.probe import standard_connection

DEPARTMENT = """
select measure, sum(value)
from v_cells
where tenant = {tenant:String} and dimension = 'department' and member = {member:String} and basis = 'decision'
group by measure
"""


def test_events_about_a_job_reach_all_its_applications(stack: Stack) -> None:
    """A department, the meaning of a stage and a merge arrive after 400 applications, and a worker is killed at once."""
    job = LargeJob("job-of-400", 400)
    post_all(stack, job.history())
    post_all(stack, job.events_reaching_all())
    stack.wait_for_restart("worker", stack.kill("worker"))
    verdict = stack.verify()
    tenant = standard_connection(stack.run_file())["tenant"]
    counted = dict(stack.query(DEPARTMENT, tenant=tenant, member=f"{job.name}-department"))

    assert verdict["differences"] == []
    assert counted["applications"] == 400
    assert counted["entered.interview_1"] == 400
