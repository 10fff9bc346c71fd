"""Ashby: snapshots of applications, interview schedules, offers and jobs, each change told by several webhooks."""
