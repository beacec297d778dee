"""Publish what is tracked: plan a push, send what the remote lacks, and move the tag last."""
