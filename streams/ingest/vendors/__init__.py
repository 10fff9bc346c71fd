"""Every vendor that the gateway understands: to add one, add its folder and its line."""

from streams.ingest.vendors.greenhouse import adapter as greenhouse
from streams.ingest.vendors.standard import adapter as standard

VENDORS = (greenhouse.VENDOR, standard.VENDOR)
