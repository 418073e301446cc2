"""What other tools than browsers write, as entries of HAR."""

from __future__ import annotations

import base64
import csv
import io
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from ._entry import LeftOutError
from ._http import as_entry, request_of, response_of

__all__ = ["from_burp", "from_logger", "from_logger_csv", "from_newman", "from_postman_run"]

Json = Any
ELSEWHERE: Final = "it does not hold the messages"


def from_newman(report: Mapping[str, Json]) -> Iterator[Json]:
    """The executions of newman's JSON reporter, which ran one after another."""
    run = report.get("run") or {}
    at = (run.get("timings") or {}).get("started") or 0
    for each in run.get("executions") or ():
        try:
            response = each.get("response") or {}
            took = response.get("responseTime")
            yield as_entry(at, took, _asked(each["request"]), _answered(response))
            at += took if isinstance(took, int | float) else 0
        except (AttributeError, KeyError, TypeError, ValueError):
            yield None


def _asked(request: Json) -> Json:
    body = request.get("body") or {}
    made = {
        "method": request["method"],
        "url": _address(request["url"]),
        "headers": _pairs(request.get("header")),
    }
    if body and not body.get("disabled"):
        raw = body.get("raw")
        return made | {"postData": {"text": raw}, "bodySize": len(str(raw).encode()) if raw else 1}
    return made | {"bodySize": 0}


def _address(url: Json) -> str:
    if isinstance(url, str):
        return url
    host = url.get("host") or ""
    path = url.get("path") or ""
    host = ".".join(host) if isinstance(host, list) else host
    path = "/".join(map(str, path)) if isinstance(path, list) else str(path).lstrip("/")
    port = f":{url['port']}" if url.get("port") else ""
    query = [each for each in url.get("query") or () if not each.get("disabled")]
    asked = "&".join(f"{each['key']}={each.get('value') or ''}" for each in query)
    return f"{url.get('protocol') or 'http'}://{host}{port}/{path}{'?' + asked if asked else ''}"


def _pairs(headers: Json) -> list[Json]:
    return [
        {"name": str(each["key"]), "value": str(each.get("value") or "")}
        for each in headers or ()
        if isinstance(each, dict) and each.get("key") and not each.get("disabled")
    ]


def _answered(response: Json) -> Json:
    stream = response.get("stream")
    content: dict[str, Json] = {}
    data = stream.get("data") if isinstance(stream, dict) else stream
    if isinstance(data, list):
        body = bytes(data)
        content = {"text": base64.b64encode(body).decode(), "encoding": "base64"}
        content["size"] = len(body)
    elif isinstance(data, str) or isinstance(response.get("body"), str):
        content = {"text": data if isinstance(data, str) else response["body"]}
    headers = [
        each
        for each in _pairs(response.get("header"))
        if each["name"].lower() != "content-encoding"
    ]
    coded = len(headers) != len(_pairs(response.get("header")))
    if coded:
        headers = [each for each in headers if each["name"].lower() != "content-length"]
    return {"status": response.get("code"), "headers": headers, "content": content}


def from_postman_run(report: Mapping[str, Json]) -> Iterator[Json]:
    """The results of a run in Postman's window: it exports no messages."""
    for each in report.get("results") or ():
        yield None if not isinstance(each, dict) else LeftOutError(ELSEWHERE)


def from_burp(text: bytes) -> Iterator[Json]:
    """The items that Burp saves; None behind the last one, if the file is not whole."""
    reader: Any = ET.XMLPullParser(["end"])
    whole = True
    try:
        reader.feed(text)
        reader.close()
    except ET.ParseError:
        whole = False
    events = reader.read_events()
    while True:
        try:
            _, element = next(events)
        except (StopIteration, ET.ParseError):
            break
        if element.tag == "item":
            yield _item(element)
            element.clear()
    if not whole:
        yield None


def _item(element: Any) -> Json:
    request, response = element.find("request"), element.find("response")
    url = element.findtext("url") or ""
    if request is None or not request.text:
        return LeftOutError(ELSEWHERE)
    return as_entry(
        element.findtext("time"),
        None,
        request_of(_message(request), url),
        response_of(_message(response)) if response is not None and response.text else {},
    )


def _message(element: Any) -> bytes:
    text = element.text or ""
    if element.get("base64") == "true":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except ValueError:
            return b""
    return text.encode(errors="replace")


def from_logger(rows: list[Json]) -> Iterator[Json]:
    """Logger++'s JSON: for each entry the columns of the request and of the response."""
    for row in rows:
        yield _logged(
            {
                f"{group}.{name}".lower(): value
                for group, columns in row.items()
                if isinstance(columns, dict)
                for name, value in columns.items()
            }
            if isinstance(row, dict)
            else {}
        )


def from_logger_csv(text: str) -> Iterator[Json]:
    """Logger++'s CSV: columns called `Request.URL` and the like."""
    csv.field_size_limit(sys.maxsize)
    for row in csv.DictReader(io.StringIO(text)):
        yield _logged({str(name or "").strip().lower(): value for name, value in row.items()})


def _logged(row: dict[str, Json]) -> Json:
    url, method = row.get("request.url"), row.get("request.method")
    if not url or not method:
        return LeftOutError(ELSEWHERE)
    started, took = row.get("request.time"), row.get("response.rtt")
    request: dict[str, Json] = {
        "method": method,
        "url": url,
        "headers": _head(row.get("request.headers")),
    }
    if row.get("request.body"):
        request["postData"] = {"text": row["request.body"]}
    response = {
        "status": row.get("response.status"),
        "headers": _head(row.get("response.headers")),
        "content": {"text": row.get("response.body")},
    }
    return as_entry(started, took, request, response)


def _head(text: Json) -> list[Json]:
    rows = text if isinstance(text, list) else str(text or "").splitlines()
    pairs = (str(row).partition(":") for row in rows if ":" in str(row))
    return [
        {"name": name.strip(), "value": value.strip()}
        for name, _, value in pairs
        if " " not in name.strip()
    ]
