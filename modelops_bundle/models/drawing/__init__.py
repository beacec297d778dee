"""Pictures of models, targets and files."""
