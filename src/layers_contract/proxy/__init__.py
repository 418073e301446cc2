"""A recording reverse proxy: hands traffic on as it comes, and writes it down as exchanges."""

from layers_contract.proxy.live import LiveJudge
from layers_contract.proxy.server import Options, ProxyError, Summary, background, serve

__all__ = [
    "LiveJudge",
    "Options",
    "ProxyError",
    "Summary",
    "background",
    "serve",
]
