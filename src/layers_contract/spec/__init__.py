"""The OpenAPI document: its nodes, what lints it, and the overlays that are laid on it."""
