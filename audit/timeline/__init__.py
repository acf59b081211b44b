"""Who looked at whom, when, and what else the force knows of then."""

from audit.timeline.asked import Asked, Timeline
from audit.timeline.timeline import tell_timeline

__all__ = ["Asked", "Timeline", "tell_timeline"]
