"""Bring the working tree and a remote together: what differs, what a merge does, what is remembered."""
