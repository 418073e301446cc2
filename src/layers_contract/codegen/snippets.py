"""The Python of the client's README as one module, for type checkers.

python -m layers_contract.codegen.snippets generated/README.md > build/snippets.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def snippets(text: str) -> list[str]:
    """The blocks fenced as python, in order."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def main() -> None:
    """Print the snippets of the file that the command line names."""
    found = snippets(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write("\n".join(found) + "\n")


if __name__ == "__main__":
    main()
