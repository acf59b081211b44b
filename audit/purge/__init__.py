"""Remove what is past its keeping time, for good: from the database, and reports with it."""

from audit.purge.plan import Plan
from audit.purge.removal import Purged, days_to_keep, plan_purge, purge

__all__ = ["Plan", "Purged", "days_to_keep", "plan_purge", "purge"]
