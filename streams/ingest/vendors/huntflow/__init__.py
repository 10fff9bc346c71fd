"""Huntflow adapter: records of an applicant's log, each of which may be edited or deleted later."""
