"""What `scripts/bench` runs: rows that compare the program with its peers and with physical limits."""
