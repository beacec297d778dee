"""Versions that are kept on this machine, and the refs that name them."""
