"""Find the version that a person or program names."""
