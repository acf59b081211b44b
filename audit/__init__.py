"""Access Audit: explains who looked at what in police computer systems, and hands what it cannot explain to a reviewer."""

__version__ = "0.1.0"
