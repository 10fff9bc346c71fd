"""Every vendor that the gateway understands: to add one, add its folder and its line."""

from streams.ingest.vendors.ashby import adapter as ashby
from streams.ingest.vendors.greenhouse import adapter as greenhouse
from streams.ingest.vendors.standard import adapter as standard

VENDORS = (ashby.VENDOR, greenhouse.VENDOR, standard.VENDOR)
