"""What our extensions say differently: no other differ sees it."""

from layers_contract.diff.extensions.rated import DIFFERS, between

__all__ = ["DIFFERS", "between"]
