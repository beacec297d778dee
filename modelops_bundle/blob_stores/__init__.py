"""Blob stores: where large files lie outside the registry, each as one plain object named by its sha256."""
