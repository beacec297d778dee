"""A worker's cache: whole bundles in directories, shared by many processes and hosts on one file system."""
