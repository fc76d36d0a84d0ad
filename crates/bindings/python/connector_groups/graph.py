"""An httpx transport that answers as Microsoft Graph does, without a server."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import httpx

from ._engine import Directory


class GraphTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """For httpx.Client and httpx.AsyncClient, and whatever is built on them, such as msgraph-beta-sdk.

    The bearer token of a request is the id of its tenant; the option `anonymous` serves requests without one. The time is the
    clock's and request ids are random, unless given. Other options are those of the field `:call` of the engine's wire:
    `documented`, `pageSize`, `trustsForwardedHeaders` and so on.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        now: Callable[[], str] = lambda: datetime.now(timezone.utc).isoformat(),
        request_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        **options: Any,
    ) -> None:
        self.directory, self._now, self._request_id, self._options = directory, now, request_id, options

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._respond(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._respond(request, await request.aread())

    def _respond(self, request: httpx.Request, body: bytes) -> httpx.Response:
        call = {"now": self._now(), "requestId": self._request_id(), **self._options}
        lines = [f"{request.method} {request.url}"]
        lines += [f"{name}: {value}" for name, value in request.headers.multi_items()]
        lines += [f":call: {json.dumps(call)}", "", ""]
        head, body = self.directory.respond("\n".join(lines).encode() + body).split(b"\n\n", 1)
        status, *fields = head.decode().split("\n")
        headers = [(name, value) for name, _, value in (field.partition(": ") for field in fields)]
        return httpx.Response(int(status), headers=headers, content=body)
