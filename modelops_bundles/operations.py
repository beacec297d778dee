"""`modelops_bundle.operations`, where programs for the earlier tool import it from."""

from modelops_bundle.operations import EXIT_CODES, Operations, OpsConfig, exit_code_for, run_and_exit

__all__ = ["EXIT_CODES", "Operations", "OpsConfig", "exit_code_for", "run_and_exit"]
