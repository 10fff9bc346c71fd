"""Ashby adapter: snapshots of applications, interview schedules, offers and jobs, with several webhooks per change."""
