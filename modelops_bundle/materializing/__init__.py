"""Put what a role needs of a bundle into a directory: planned, checked, staged, and then written at once."""
