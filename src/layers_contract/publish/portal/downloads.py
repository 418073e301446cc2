"""What lies beside the portal."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Download"]

_UNIT = 1000


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the bundle. `name` is its path below the bundle, `size` counts bytes."""

    name: str
    what: str
    size: int
    sha256: str

    @property
    def shown_size(self) -> str:
        """Such as `68 kB`."""
        if self.size < _UNIT:
            return f"{self.size} B"
        if self.size < _UNIT**2:
            return f"{self.size / _UNIT:.0f} kB"
        return f"{self.size / _UNIT**2:.1f} MB"
