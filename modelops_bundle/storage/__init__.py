"""Which files lie in blob stores, and why."""
