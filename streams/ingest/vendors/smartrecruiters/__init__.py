"""SmartRecruiters: thin notifications that name what has changed and leave the rest to its API."""
