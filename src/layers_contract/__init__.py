"""Judge an asynchronous, generation-style HTTP API against its contract."""
