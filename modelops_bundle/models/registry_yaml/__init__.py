"""The file `registry.yaml`: read, written, and merged entry by entry."""
