"""modelops-bundle: version a simulation model with everything it depends on, as one OCI artifact."""

import logging

__version__ = "0.1.0"

logging.getLogger(__name__).addHandler(logging.NullHandler())
