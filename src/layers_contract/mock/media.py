"""Files: signing an asset's URL, and serving what permanent and signed URLs lead to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs

from layers_contract.mock.errors import Refused
from layers_contract.mock.model import Answer, Call
from layers_contract.mock.projects import Projects

__all__ = ["LIFETIME", "Media"]

Json = Any
LIFETIME: Final = 900.0
"""How long a signed URL works, in seconds; the document leaves it to the server."""

_PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
_MP4: Final = bytes.fromhex("0000001c6674797069736f6d0000020069736f6d69736f326d70343100000008") + (
    b"mdat"
)


class Media(Projects):
    """The rendered files."""

    def sign_asset(self, call: Call) -> Answer:
        """An asset with a signed URL."""
        container, render = self.owned_container(call)
        completed = self.is_completed(render, self.clock.now())
        assets = self.assets(container, render, call.base) if completed else []
        asset = next((a for a in assets if a["id"] == call.ids["assetId"]), None)
        if asset is None:
            raise self.words.refuse("NotFound")
        return self.ok(call, self.signed(asset, call.base))

    def signed(self, asset: dict[str, Json], base: str) -> dict[str, Json]:
        """*asset* with an address that works until it expires."""
        expires = int(self.expiry())
        url = self.signed_url(asset["id"], expires, base)
        return {**asset, "url": url, "expiresAt": self.stamp(expires)}

    def expiry(self) -> float:
        """Until when a URL that is signed now works."""
        return self.clock.now() + LIFETIME

    def file(self, asset_id: str, query: str) -> Answer:
        """What a permanent or a signed URL leads to."""
        self.verify(asset_id, parse_qs(query, keep_blank_values=True))
        name = asset_id.removeprefix(self._prefixes["MediaId"])[:-1]
        render = self.store.render(self._prefixes["JobId"] + name)
        found = self.store.container(render.container) if render else None
        if not render or not found or not self.is_completed(render, self.clock.now()):
            raise self.words.refuse("NotFound")
        for asset in self.assets(found[0], render, ""):
            if asset["id"] == asset_id:
                return _bytes("durationMs" in asset)
        raise self.words.refuse("NotFound")

    def verify(self, asset_id: str, query: dict[str, list[str]]) -> None:
        """Refuse a signed URL that was altered or has expired; a permanent one has no query."""
        if not query:
            return
        expires = query.get("expires", [""])[0]
        signature = query.get("signature", [""])[0]
        valid = expires.isascii() and expires.isdecimal() and len(expires) < len("9" * 16)
        if not valid or signature != self.sign(asset_id, int(expires)):
            raise Refused.plain(HTTPStatus.FORBIDDEN, "This address was not signed here.")
        if int(expires) <= self.clock.now():
            raise Refused.plain(HTTPStatus.FORBIDDEN, "This address has expired.")


def _bytes(moving: bool) -> Answer:
    return Answer(int(HTTPStatus.OK), _MP4 if moving else _PNG,
                  media="video/mp4" if moving else "image/png")  # fmt: skip
