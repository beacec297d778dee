"""Bring a remote's version into a project: merged into the working tree, or cloned into a new directory."""
