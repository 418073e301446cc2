"""Lists that come page by page, as one: nothing is asked for before it is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from .answer import Answer, at
from .call import Call, CallOptions
from .errors import PaginationError
from .transport import AsyncTransport, Transport

__all__ = ["AsyncPager", "Pager", "Paging"]

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT")


class Paging(NamedTuple, Generic[ItemT, PageT]):
    """How a list is read: where its items and the next cursor are, which parameter takes that."""

    decode: Callable[[Any], PageT]
    items: Callable[[PageT], Sequence[ItemT]]
    next: tuple[str, ...]
    cursor: str


class _Walk(Generic[ItemT, PageT]):
    """Where a walk along the pages has come to. It sends nothing."""

    def __init__(self, call: Call, paging: Paging[ItemT, PageT]) -> None:
        self.call: Call | None = call
        self._paging = paging
        self._seen = {value for name, value in call.query if name == paging.cursor}

    def take(self, answer: Answer) -> None:
        """Turn to the page after the one that *answer* holds."""
        cursor = next_cursor(answer.data, self._paging.next, self._seen)
        call, self.call = self.call, None
        if cursor is not None and call is not None:
            self._seen.add(cursor)
            self.call = call.with_query(self._paging.cursor, cursor)


def next_cursor(page: Any, path: Sequence[str], seen: set[str]) -> str | None:
    """The cursor of the page after *page*; None on the last one.

    Raises:
        PaginationError: The cursor is one of those *seen*.
    """
    found = at(page, path)
    if found is None or found == "":
        return None
    cursor = str(found)
    if cursor in seen:
        raise PaginationError(f"the list names cursor {cursor!r} a second time; it would not end")
    return cursor


class Pager(Generic[ItemT, PageT]):
    """A list: iterate over it for its items, over `pages()` for its pages.

    Each iteration starts at the first page. A page is asked for when its first item is wanted.
    """

    def __init__(
        self,
        transport: Transport,
        call: Call,
        options: CallOptions,
        paging: Paging[ItemT, PageT],
    ) -> None:
        self._transport = transport
        self._call = call
        self._options = options
        self._paging = paging

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.pages():
            yield from self._paging.items(page)

    def pages(self) -> Iterator[PageT]:
        """The pages, one after another."""
        walk = _Walk(self._call, self._paging)
        while walk.call is not None:
            answer = self._transport.send(walk.call, self._options)
            yield answer.read(self._paging.decode, self._transport.api)
            walk.take(answer)

    def __repr__(self) -> str:
        return f"<Pager of {self._call.path}>"


class AsyncPager(Generic[ItemT, PageT]):
    """A list: iterate over it for its items, over `pages()` for its pages, with `async for`.

    Each iteration starts at the first page. A page is asked for when its first item is wanted.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        call: Call,
        options: CallOptions,
        paging: Paging[ItemT, PageT],
    ) -> None:
        self._transport = transport
        self._call = call
        self._options = options
        self._paging = paging

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.pages():
            for item in self._paging.items(page):
                yield item

    async def pages(self) -> AsyncIterator[PageT]:
        """The pages, one after another."""
        walk = _Walk(self._call, self._paging)
        while walk.call is not None:
            answer = await self._transport.send(walk.call, self._options)
            yield answer.read(self._paging.decode, self._transport.api)
            walk.take(answer)

    def __repr__(self) -> str:
        return f"<AsyncPager of {self._call.path}>"
