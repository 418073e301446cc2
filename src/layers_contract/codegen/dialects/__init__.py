"""The document's extensions in other generators' words, as OpenAPI Overlays.

A promise is written once, in the document: `overlays/speakeasy.yaml` and `overlays/fern.yaml` are
written from it. What rests on an assumption is left out, for partners' document has it not.
"""

from layers_contract.codegen.dialects.written import DIALECTS, check, outdated, texts, write

__all__ = ["DIALECTS", "check", "outdated", "texts", "write"]
