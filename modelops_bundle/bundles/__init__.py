"""A published version and the documents that describe it: pure values, read and written without a network."""
