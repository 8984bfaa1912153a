"""Checks of the platform model enter here with ``@check``; `verification.registry` says how. None so far."""
