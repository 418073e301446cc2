"""OpenAPI Overlays: `read` takes a file's actions, `apply` lays them over a document."""

from layers_contract.spec.overlay.actions import apply
from layers_contract.spec.overlay.files import Action, NoOverlayError, OverlayError, read

__all__ = ["Action", "NoOverlayError", "OverlayError", "apply", "read"]
