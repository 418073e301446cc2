"""What the client is called, after the title of the document."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from openapi_python_client.strings import snake_case

__all__ = ["Names"]

_NO_NAME: Final = frozenset(
    {"a", "an", "the", "of", "for", "and", "api", "apis", "rest", "http", "openapi", "service"}
    | {"partner", "public", "developer", "internal", "specification", "reference"}
)
"""Words of a title that are not the name of what it is about."""
_LOCALS: Final = frozenset(
    {"answer", "asyncio", "error", "first", "httpx", "item", "job", "jobs", "key"}
    | {"made", "main", "page", "patient", "update", "uuid"}
)
"""Names that the examples of the README use for something else."""
_RUNTIME: Final = re.compile(
    r"\b(?:LAYERS_API_KEY|LAYERS_BASE_URL|LayersError|AsyncLayers|Layers|layers_client|layers)\b"
)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one client. `variable` is what examples call a client that is set up."""

    brand: str
    client: str
    variable: str

    @classmethod
    def of(cls, title: str, taken: Collection[str]) -> Names:
        """The names after a document's *title*; *taken* are classes that are already there."""
        brand = _brand(title)
        free = not {brand, f"Async{brand}", f"{brand}Error"} & set(taken)
        variable = str(snake_case(brand))
        plain = free and not keyword.iskeyword(variable) and variable not in _LOCALS
        return cls(brand, brand if free else f"{brand}Client", variable if plain else "client")

    @property
    def asynchronous(self) -> str:
        """The class of the client that awaits."""
        return f"Async{self.client}"

    @property
    def error(self) -> str:
        """The class that every error of the client is one of."""
        return f"{self.client}Error"

    @property
    def package(self) -> str:
        """What is imported."""
        return f"{snake_case(self.brand)}_client"

    @property
    def distribution(self) -> str:
        """What is installed."""
        return self.package.replace("_", "-")

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the key."""
        return f"{snake_case(self.brand).upper()}_API_KEY"

    @property
    def url_variable(self) -> str:
        """The environment variable that says where the API is."""
        return f"{snake_case(self.brand).upper()}_BASE_URL"

    def renamed(self, text: str) -> str:
        """A text of the runtime, which is written for one API, with these names."""
        return _RUNTIME.sub(lambda found: self._words[found.group()], text)

    @property
    def _words(self) -> Mapping[str, str]:
        return {
            "LAYERS_API_KEY": self.key_variable,
            "LAYERS_BASE_URL": self.url_variable,
            "LayersError": self.error,
            "AsyncLayers": self.asynchronous,
            "Layers": self.client,
            "layers_client": self.package,
            "layers": self.variable,
        }


def _brand(title: str) -> str:
    """The words of *title* before its first break that name something, as one."""
    head = re.split(r"[,:;(|–—]|\s-\s", title, maxsplit=1)[0]
    plain = unicodedata.normalize("NFKD", head).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    kept = [w for w in words if w.lower() not in _NO_NAME and not re.fullmatch(r"[vV]?\d+", w)]
    name = "".join(word[0].upper() + word[1:] for word in kept or words)
    return name if name.isidentifier() else f"Api{name}"
