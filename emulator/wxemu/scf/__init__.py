"""The functions as they stand deployed: which there are, what runs them for a tenant, why a call had no result."""

from wxemu.scf.deployment import MAX_IN_FLIGHT, SESSION_STORE, Deployment
from wxemu.scf.failures import TooManyCallsError

__all__ = ["MAX_IN_FLIGHT", "SESSION_STORE", "Deployment", "TooManyCallsError"]
