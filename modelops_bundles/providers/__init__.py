"""Where bundles come from."""
