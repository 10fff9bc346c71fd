"""Files of a report: HTML, PDF, PPTX, CSV and JSON."""
