"""What was sent and received, and what of it was not the API's doing."""
