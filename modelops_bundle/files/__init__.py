"""Files of every kind: written durably, locked, hashed, and read as JSON or YAML without trust."""
