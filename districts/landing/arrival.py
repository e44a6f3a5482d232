"""Files on their way in through a browser: none is kept past the limit. Must not know districts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest


class BoundedUpload(FileUploadHandler):
    """Stop keeping a file as soon as it is larger than SRM_MAX_UPLOAD; its name stays on the request.

    Comes first in the line of handlers, so what is too large reaches neither memory nor disk.
    """

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.too_large: list[str] = []
        self._size = 0
        request.too_large = self.too_large  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count from nothing."""
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        """Pass a piece on to the next handler, or drop the rest of the file."""
        self._size += len(raw_data)
        if self._size > settings.MAX_UPLOAD:
            self.too_large.append(self.file_name or "a file")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that keep it."""
