"""The name by which programs import the earlier tool: what they find here is that of `modelops_bundle`."""
