"""Registered models and targets: what each depends on, and whether it is stale and why."""
