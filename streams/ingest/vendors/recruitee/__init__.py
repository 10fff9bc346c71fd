"""Recruitee (Tellent): candidates moving through the pipeline of an offer, which is what Recruitee calls a job."""
