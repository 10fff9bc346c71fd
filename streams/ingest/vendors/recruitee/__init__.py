"""Recruitee (Tellent) adapter: candidates in the pipeline of an offer, Recruitee's name for a job."""
