"""The vendors that the gateway supports; to add one, add its package and one line here."""

from streams.ingest.vendors.ashby import adapter as ashby
from streams.ingest.vendors.careerrelay import adapter as careerrelay
from streams.ingest.vendors.greenhouse import adapter as greenhouse
from streams.ingest.vendors.huntflow import adapter as huntflow
from streams.ingest.vendors.lever import adapter as lever
from streams.ingest.vendors.recruitee import adapter as recruitee
from streams.ingest.vendors.smartrecruiters import adapter as smartrecruiters
from streams.ingest.vendors.standard import adapter as standard
from streams.ingest.vendors.teamtailor import adapter as teamtailor
from streams.ingest.vendors.workable import adapter as workable

VENDORS = (
    ashby.VENDOR,
    careerrelay.VENDOR,
    greenhouse.VENDOR,
    huntflow.VENDOR,
    lever.VENDOR,
    recruitee.VENDOR,
    smartrecruiters.VENDOR,
    standard.VENDOR,
    teamtailor.VENDOR,
    workable.VENDOR,
)
