"""modelops-bundle: version a simulation model with everything it depends on, as one OCI artifact."""

__version__ = "0.1.0"
