"""A made-up detector, of which the tests draw what it finds."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """A detector with one finding for each value of its key."""

    id: str = "drawn"
    family: str = "unauthorised"
    level: str = "low"
    points: int = 8
    key: tuple[str, ...] = ("user_id",)
    summary: str = ""

    def finding_id(self, value: str) -> str:
        """Reckon the id of a finding by that value of the only column of the key."""
        key = json.dumps({self.key[0]: value}, separators=(",", ":"))
        return "F" + hashlib.sha256(f"{self.id}\n{key}".encode()).hexdigest()[:20]
