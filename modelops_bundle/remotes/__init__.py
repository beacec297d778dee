"""Where bundles are published: how a remote is named, opened and listed."""
