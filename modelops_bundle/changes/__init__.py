"""What differs between two versions of one file, in the words of its format."""
