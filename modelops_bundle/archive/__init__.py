"""Archives: a directory or a published version in one file, the same bytes for the same content everywhere."""
