"""From a history to verdicts: facts, invariants, causes, the outcome of a run."""
