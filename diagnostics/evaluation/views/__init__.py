"""Pages of evaluation plans and check-ins."""
