"""What Python source and notebooks say, found by reading them: nothing of the project is ever imported."""
