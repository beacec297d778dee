"""Bring published versions here: their documents, then their files, verified and resumed."""
