"""From the document to what partners receive: `dist/partner/`."""
