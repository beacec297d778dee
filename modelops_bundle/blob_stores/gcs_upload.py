"""Send a large blob to Google Cloud Storage: a resumable upload whose requests are streamed.

The SDK holds what one request carries in memory, so its requests have to be short, and each is a wait. Here they
are long, and read while they are sent. After a failure, a short one finds out how many bytes the service has: it
passes over those that it has already. The last one is short, too, and tells a checksum of the whole, so that the
service itself refuses what was altered on the way.

Source: https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import base64
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import requests
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google_crc32c import Checksum

from modelops_bundle.blob_stores.checked_content import BLOCK, CheckedContent
from modelops_bundle.blob_stores.parts import PART

LONG = 128 * PART
"""Bytes of a request; each failure halves it, as something between here and there may not let as many through."""
LEAST = 4 * PART
_SHORT = BLOCK
_DONE = (200, 201)
_GO_ON = 308
_AGAIN = (_GO_ON, 408, 429, 500, 502, 503, 504)
"""https://cloud.google.com/storage/docs/retry-strategy; and no byte more than before is a failure, too."""
_BROKEN = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
LONGEST_PAUSE = 32.0
"""Seconds."""
_HELD = re.compile(r"bytes=0-(\d+)")


class GcsUpload:
    """An upload that has begun. The address of its session lets in whoever knows it.

    `generation` is that of the blob which it became, once it did.
    """

    def __init__(self, session_url: str, content: CheckedContent, timeout: float, retries: int) -> None:
        self.generation: int | None = None
        self._url = session_url
        self._content = content
        self._timeout = timeout
        self._retries = retries
        self._last = (content.size - 1) // _SHORT * _SHORT
        self._long = LONG
        self._crc32c = Checksum()
        content.hash_also(self._crc32c)

    def send(self) -> None:
        """Send all content; raise DataCorruption if it was altered, InvalidResponse, or an error of `requests`."""
        sent = 0
        with requests.Session() as session:
            while sent < self._content.size:
                sent = self._send_from(sent, session)

    def _send_from(self, start: int, session: Any) -> int:
        """Send bytes that come next, as often as it takes; return how many the service has then."""
        reach = self._long
        for tries_left in reversed(range(self._retries + 1)):
            try:
                answer = self._put(start, reach, session)
            except _BROKEN:
                if not tries_left:
                    raise
            else:
                if answer.status_code in _DONE:
                    self._check(answer)
                    return self._content.size
                if answer.status_code == _GO_ON and start < (held := _held(answer)) <= self._content.seen:
                    return held
                if answer.status_code not in _AGAIN or not tries_left:
                    raise InvalidResponse(answer)
            self._long, reach = max(LEAST, self._long // 2), _SHORT
            time.sleep(min(2 ** (self._retries - tries_left), LONGEST_PAUSE) * random.random())
        raise AssertionError("the last try returns or raises")

    def _put(self, start: int, reach: int, session: Any) -> Any:
        size = self._content.size
        end = min(start + reach, self._last) if start < self._last else size
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{size}"}
        if end < size:
            body: _Stretch | bytes = _Stretch(self._content, start, end)
        else:
            self._content.seek(start)
            body = self._content.read()
            headers["x-goog-hash"] = f"crc32c={self._sum()}"
        try:
            return session.put(self._url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False)
        except _Unreadable as error:
            raise error.reason from None

    def _check(self, answer: Any) -> None:
        stored = answer.json()
        self.generation = int(stored.get("generation", 0))
        if stored.get("crc32c") != self._sum():
            raise DataCorruption(answer)

    def _sum(self) -> str:
        return base64.b64encode(self._crc32c.digest()).decode()


class _Stretch:
    """Some of the content as the body of a request, read while it is sent."""

    def __init__(self, content: CheckedContent, start: int, end: int) -> None:
        self._content = content
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[bytes]:
        self._content.seek(self._start)
        while left := self._end - self._content.tell():
            try:
                block = self._content.read(min(BLOCK, left))
            except OSError as error:
                raise _Unreadable(error) from error
            yield block


class _Unreadable(Exception):
    """The content cannot be read: an OSError itself would pass for one of the connection."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason)
        self.reason = reason


def _held(answer: Any) -> int:
    """Return how many bytes the service has; without the header, it has none."""
    found = _HELD.fullmatch(answer.headers.get("Range", ""))
    return int(found[1]) + 1 if found else 0
