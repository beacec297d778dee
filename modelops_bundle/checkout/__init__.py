"""A project on disk: what is tracked, how the working tree differs from it, and writing to it safely."""
