"""OpenAPI Overlays: `read` takes a file's actions, `apply` lays them over a document."""

from scripts.overlay.files import Action, NoOverlayError, OverlayError, read
from scripts.overlay.laying import apply

__all__ = ["Action", "NoOverlayError", "OverlayError", "apply", "read"]
