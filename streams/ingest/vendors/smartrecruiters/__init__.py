"""SmartRecruiters adapter: thin notifications that name what changed and leave the rest to the API."""
