"""What is written by hand: sending, retrying, waiting, paging. The rest of the package uses it."""
