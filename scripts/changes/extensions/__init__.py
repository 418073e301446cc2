"""What our extensions say differently: no other differ sees it."""

from scripts.changes.extensions.rated import DIFFERS, between

__all__ = ["DIFFERS", "between"]
