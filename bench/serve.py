"""The yardstick: two bare Starlette routes that answer with fixed bytes and know no contract.

    python bench/serve.py --port 8101 --read READ.json --accepted ACCEPTED.json

Every GET is answered 200 with the bytes of READ.json, every POST is parsed as JSON and answered 202
with those of ACCEPTED.json. Nothing is encoded anew, so no Starlette app can be much faster.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def app(read: bytes, accepted: bytes) -> Starlette:
    """Two routes with the answers given, on any path."""

    async def get(_: Request) -> Response:
        return Response(read, media_type="application/json")

    async def post(request: Request) -> Response:
        await request.json()
        return Response(accepted, status_code=202, media_type="application/json")

    return Starlette(
        routes=[
            Route("/{path:path}", get, methods=["GET"]),
            Route("/{path:path}", post, methods=["POST"]),
        ]
    )


def main() -> None:
    """Serve on loopback until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--read", type=Path, required=True)
    parser.add_argument("--accepted", type=Path, required=True)
    parser.add_argument("--http", default="auto", choices=["auto", "h11", "httptools"])
    parser.add_argument("--loop", default="auto", choices=["auto", "asyncio", "uvloop"])
    options = parser.parse_args()
    uvicorn.run(
        app(options.read.read_bytes(), options.accepted.read_bytes()),
        host="127.0.0.1",
        port=options.port,
        http=options.http,
        loop=options.loop,
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
