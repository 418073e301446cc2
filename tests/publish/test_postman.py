"""The Postman collection can be sent as it is: from top to bottom, against the mock."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.publish.conftest import Serve

from layers_contract.publish import postman
from layers_contract.spec.document import load

Json = Any

PLAYER: Final = """
const { code, body, script } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const set = {};
const pm = {
  response: { code, json: () => JSON.parse(body) },
  collectionVariables: { set: (name, value) => { set[name] = value; } },
};
new Function("pm", script)(pm);
console.log(JSON.stringify(set));
"""
"""Carries out a request's test script as Postman would, as far as ours use Postman."""


@pytest.fixture(scope="module")
def collection(made: Path | None, document: Path) -> Json:
    """The collection in the bundle; made of the document where there is none."""
    if made:
        return json.loads((made / "postman_collection.json").read_text(encoding="utf-8"))
    return collected(document)


def collected(document: Path) -> Json:
    with tempfile.TemporaryDirectory() as scratch:
        return postman.collection(load(document), document, Path(scratch))


def items(folder: Json) -> Iterator[Json]:
    for each in folder["item"]:
        yield from [each] if "request" in each else items(each)


class Player:
    """Sends a collection's requests, with its variables and what its scripts do to them."""

    def __init__(self, collection: Json, variables: dict[str, str]) -> None:
        self.variables = {each["key"]: each["value"] for each in collection["variable"]}
        self.variables |= variables
        (name,) = [each["value"] for each in collection["auth"]["apikey"] if each["key"] == "key"]
        (key,) = [each["value"] for each in collection["auth"]["apikey"] if each["key"] == "value"]
        self.auth = {name: self.filled(key)}

    def filled(self, text: str) -> str:
        known = self.variables | {"$guid": str(uuid.uuid4())}
        return re.sub(r"{{(.+?)}}", lambda found: known[found[1]], text)

    def play(self, item: Json) -> int:
        """Send one request, run its scripts, and tell the status."""
        request = item["request"]
        headers = {h["key"]: h["value"] for h in request["header"] if not h.get("disabled")}
        answer = httpx.request(
            request["method"],
            self._url(request["url"]),
            headers={name: self.filled(value) for name, value in headers.items()} | self.auth,
            content=request.get("body", {}).get("raw"),
        )
        for event in item["event"]:
            self.variables |= carried_out(event["script"]["exec"], answer)
        return answer.status_code

    def _url(self, url: Json) -> str:
        names = {each["key"]: self.filled(each["value"]) for each in url["variable"]}
        path = [names[part[1:]] if part.startswith(":") else part for part in url["path"]]
        asked = [each for each in url.get("query", ()) if not each.get("disabled")]
        query = "&".join(f"{each['key']}={self.filled(each['value'])}" for each in asked)
        return "/".join([self.filled(url["host"][0]), *path]) + (f"?{query}" if query else "")


def carried_out(script: list[str], answer: httpx.Response) -> dict[str, str]:
    given = {"code": answer.status_code, "body": answer.text, "script": "\n".join(script)}
    done = subprocess.run(
        ["node", "-e", PLAYER], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_every_request_sent_in_order_succeeds(
    collection: Json, document: Path, serve: Serve
) -> None:
    """Each of them, as it stands in the collection, is answered with a documented 2XX."""
    target = serve("--render", "0")
    told = {"apiKey": target["api_key"], "projectId": target["projects"]["gated"]}
    player = Player(collection, told | {"baseUrl": target["url"]})
    sent = list(items(collection))
    assert len(sent) == len(load(document).operations)
    for item in sent:
        status = player.play(item)
        saved = {each["code"] for each in item["response"]}
        assert status in saved, item["name"]
        assert status < 300, item["name"]


def test_ids_are_handed_on(collection: Json, serve: Serve) -> None:
    """What the first answer names is what the next requests ask for; the rest stays as it was."""
    target = serve("--render", "0")
    told = {"apiKey": target["api_key"], "projectId": target["projects"]["gated"]}
    player = Player(collection, told | {"baseUrl": target["url"]})
    before = dict(player.variables)
    player.play(next(items(collection)))
    changed = {name for name, value in player.variables.items() if value != before[name]}
    assert changed == {"containerId", "jobId"}


def test_the_same_document_makes_the_same_bytes(document: Path, collection: Json) -> None:
    """Nothing in the collection is drawn at random."""
    assert json.dumps(collected(document)) == json.dumps(collection)
