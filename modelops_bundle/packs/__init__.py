"""Packs: one blob that holds many chunks and small files."""
