"""The target file: which server is judged, how it is reached, with which keys, ids and limits."""

from layers_contract.target._errors import TargetError
from layers_contract.target._file import (
    Allow,
    Budget,
    Expect,
    Projects,
    Require,
    Samples,
    Target,
    check_url,
    documents,
    from_environment,
    parse,
    reached,
    read,
    way_of,
)
from layers_contract.target._keys import (
    KEY_VARIABLE,
    OTHER_KEY_VARIABLE,
    Command,
    run_command,
)
from layers_contract.target._reach import Header, Proxy, Tls, header_of

__all__ = [
    "KEY_VARIABLE",
    "OTHER_KEY_VARIABLE",
    "Allow",
    "Budget",
    "Command",
    "Expect",
    "Header",
    "Projects",
    "Proxy",
    "Require",
    "Samples",
    "Target",
    "TargetError",
    "Tls",
    "check_url",
    "documents",
    "from_environment",
    "header_of",
    "parse",
    "reached",
    "read",
    "run_command",
    "way_of",
]
