"""Evidence packs: all that bears on a finding, a user or a subject, in a folder that stands alone."""

from audit.pack.case import Request
from audit.pack.pack import Packed, make_pack

__all__ = ["Packed", "Request", "make_pack"]
