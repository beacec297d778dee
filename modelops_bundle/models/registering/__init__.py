"""Put models and targets into the registry, each with what it depends on."""
