"""Print the commands that README.md tells people to run, one a line.

Those are the lines of its blocks fenced as ```sh. What is fenced otherwise (```console, say) is
only shown. A line that ends with a backslash goes on in the next.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_BLOCK = re.compile(r"^```sh[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_CONTINUED = re.compile(r"\\\n\s*")


def commands(markdown: str) -> list[str]:
    """The commands of the blocks fenced as ```sh, in order, without comments and blank lines."""
    lines = "".join(_BLOCK.findall(markdown))
    stripped = (line.strip() for line in _CONTINUED.sub("", lines).splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def main() -> None:
    """Print the commands of the file named, README.md unless told."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    if not path.is_file():
        sys.exit(f"readme_commands: no file '{path}'")
    print(*commands(path.read_text(encoding="utf-8")), sep="\n")


if __name__ == "__main__":
    main()
