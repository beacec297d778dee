"""Porcelain: the commands that people type, each a table of contents over plumbing functions."""
