"""Run the benchmarks: all of them, or one by its name, with its own options.

python bench [NAME [OPTIONS]]
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("throughput", "judging", "client")
"""Each is a script beside this one."""


def main() -> None:
    """Run what the command line names, one after the other, as far as all goes well."""
    name, *options = sys.argv[1:] or [""]
    if name and name not in NAMES:
        sys.exit(f"bench: {name!r} is none of {', '.join(NAMES)}; options stand after the name")
    for each in [name] if name else NAMES:
        script = Path(__file__).with_name(f"{each}.py")
        if code := subprocess.run([sys.executable, str(script), *options], check=False).returncode:
            sys.exit(code)


if __name__ == "__main__":
    main()
