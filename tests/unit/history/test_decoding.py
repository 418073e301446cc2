"""Bodies that come encoded, although nobody asked for it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from layers_contract.history import decoding
from layers_contract.history.decoding import DecodingError, UnknownEncodingError, decoded

BODY = b'{"jobId": "job_1"}' * 100
MOST = 100_000


def _bare(raw: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "an old name": ("X-GZip", gzip.compress),
    "gzip in two members": ("gzip", lambda raw: gzip.compress(raw[:9]) + gzip.compress(raw[9:])),
    "deflate": ("deflate", zlib.compress),
    "deflate, bare": ("deflate", _bare),
    "brotli": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.compress),
    "two, one over the other": ("gzip, br", lambda raw: brotli.compress(gzip.compress(raw))),
    "none": ("", bytes),
    "identity": ("Identity", bytes),
}


@pytest.mark.parametrize(("encoding", "pack"), PACKERS.values(), ids=PACKERS)
def test_every_encoding_of_the_web_is_undone(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    """What a server may send encoded is read as it was before, and an empty body stays empty."""
    assert decoded(pack(BODY), encoding, MOST) == BODY
    assert decoded(b"", encoding, MOST) == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_cut(encoding: str) -> None:
    """The size of what comes out is bounded, however small it came in."""
    pack = dict(PACKERS.values())[encoding]
    with pytest.raises(DecodingError, match=r"longer than 100,000 bytes"):
        decoded(pack(bytes(50_000_000)), encoding, MOST)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_what_is_broken_or_cut_off_is_not_taken_for_a_body(encoding: str) -> None:
    """A body that ends early, or was never so encoded, is an error and not half a body."""
    whole = dict(PACKERS.values())[encoding](BODY)
    for raw in (whole[:-3], b"{}" + whole, b"no such thing"):
        with pytest.raises(DecodingError, match="is not what its Content-Encoding says"):
            decoded(raw, encoding, MOST)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("compress", "the answer is compress-encoded although identity was asked for"),
        ("\x1b[1m", "the answer is encoded in an odd way although identity was asked for"),
    ],
)
def test_an_unknown_encoding_is_not_a_broken_body(encoding: str, said: str) -> None:
    """What nothing here can undo is told apart from a body that is broken."""
    with pytest.raises(UnknownEncodingError) as caught:
        decoded(b"x", encoding, MOST)
    assert str(caught.value) == said


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_a_package_that_is_not_there_is_named(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra the message says what to install."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(decoding, "import_module", missing)
    with pytest.raises(UnknownEncodingError) as caught:
        decoded(b"x", encoding, MOST)
    assert str(caught.value) == (
        f"the answer is {encoding}-encoded although identity was asked for; "
        "install layers-contract[encodings]"
    )
