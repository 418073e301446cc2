"""Run the benchmarks: all of them, or one by its name, with its own options.

python bench [NAME [OPTIONS]]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
NAMES: Final = (
    *("throughput", "judging", "growth", "recording", "proxy", "waiting", "side-by-side"),
    *("client", "client-chaos", "client-table", "publishing"),
)
"""Each is a script beside this one."""


def main() -> None:
    """Run what the command line names, one after the other, as far as all goes well."""
    name, *options = sys.argv[1:] or [""]
    if name and name not in NAMES:
        sys.exit(f"bench: {name!r} is none of {', '.join(NAMES)}; options stand after the name")
    for each in [name] if name else NAMES:
        script = Path(__file__).with_name(f"{each.replace('-', '_')}.py")
        command = [sys.executable, str(script), *options]
        if code := subprocess.run(command, env=with_client(), check=False).returncode:
            sys.exit(code)


def with_client() -> dict[str, str]:
    """This environment, with the generated client among what can be imported."""
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(ROOT / "generated"), *filter(None, known)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


if __name__ == "__main__":
    main()
