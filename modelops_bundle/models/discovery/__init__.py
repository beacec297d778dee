"""Find models, targets and what they inherit in source files, and files below declared directories."""
