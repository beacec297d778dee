"""Plumbing: one low-level command a file, a pure function first and a thin click command last.

What they print is a contract (docs/scripting.md): records on stdout, everything else on stderr.
"""
