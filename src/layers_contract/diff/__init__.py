"""What has changed between two versions of the document, for whom, and what to do about it."""
