"""Long-lived tasks: what keeps each of them running, and what tells an operator that one does not."""
