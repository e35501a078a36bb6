"""``/api/v1/imports``: a CSV file in, a report with a line for every row out."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from veche_intake.channels.model import Channel
from veche_intake.channels.store import KeyRing
from veche_intake.imports.commands import EmptyFileError, Importing, Opened, open_file
from veche_intake.imports.model import ImportOptions, ReportLine, RowReport
from veche_intake.imports.rules import UnknownColumnError
from veche_shared.http.fast_routes import body_problem
from veche_shared.http.problems import FieldError, Forbidden, Unprocessable, UnsupportedMedia

PREFIX: Final = "/api/v1/imports"
NDJSON: Final = "application/x-ndjson"
_IN_MEMORY: Final = 1 << 20
_PIECE: Final = 1 << 16

_DESCRIPTION: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "options",
            "in": "query",
            "description": "ImportOptions as JSON; in a multipart form the field «options» instead",
            "schema": {"type": "string"},
        }
    ],
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "options": {"type": "string", "description": "ImportOptions as JSON"},
                    },
                }
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """Where files are handed in."""

    importing: Importing
    keys: KeyRing
    channels: Mapping[str, Channel]

    async def take(self, request: Request) -> Response:
        """Store the rows of a file. The answer has a line of JSON for each row, in order, and a summary at the end."""
        key = await self.keys.authorise(request.headers.get("authorization"), "imports:write")
        channel = self.channels.get(key.channel)
        if channel is None:
            raise Forbidden("The key's channel is not one of this city's any more.", code="unknown_channel")
        opened = await _opened(request)
        return StreamingResponse(_lines(self.importing, opened, channel), media_type=NDJSON)


def imports_router(desk: ImportDesk) -> APIRouter:
    """The route by which files are handed in."""
    router = APIRouter(prefix=PREFIX, tags=["imports"])
    router.add_api_route(
        "",
        desk.take,
        methods=["POST"],
        response_model=None,
        openapi_extra=_DESCRIPTION,
        responses={200: {"description": "One ReportLine a line", "content": {NDJSON: {"schema": {"type": "string"}}}}},
    )
    return router


async def _opened(request: Request) -> Opened:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == "text/csv":
        options = _options(request.query_params.get("options"))
        file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - lives as long as the report
        digest = hashlib.sha256()
        async for piece in request.stream():
            digest.update(piece)
            file.write(piece)
    elif media_type == "multipart/form-data":
        form = await request.form(max_files=1, max_fields=2)
        upload, given = form.get("file"), form.get("options")
        if not isinstance(upload, UploadFile):
            raise Unprocessable(errors=[FieldError("required", "Send the CSV as the file «file».", pointer="/file")])
        options = _options(given if isinstance(given, str) else None)
        file = upload.file
        digest = hashlib.sha256()
        while piece := await upload.read(_PIECE):
            digest.update(piece)
    else:
        raise UnsupportedMedia("Send the file as text/csv, or as «file» of a multipart form.")
    try:
        return open_file(file, digest.hexdigest(), options)
    except EmptyFileError:
        raise Unprocessable("The file is empty; its first line must name the columns.", code="empty_file") from None
    except UnknownColumnError as error:
        raise Unprocessable(
            errors=[
                FieldError(
                    "unknown_column",
                    "Name a column of the file's first line; check the delimiter and the encoding as well.",
                    pointer=f"/columns/{error.target}",
                )
            ]
        ) from None


def _options(given: str | None) -> ImportOptions:
    if given is None:
        return ImportOptions()
    try:
        return ImportOptions.model_validate_json(given)
    except ValidationError as error:
        raise body_problem(None, given.encode(), error) from None


async def _lines(importing: Importing, opened: Opened, channel: Channel) -> AsyncIterator[bytes]:
    with opened.text:
        async for told in importing.run(opened, channel):
            line = ReportLine(row=told) if isinstance(told, RowReport) else ReportLine(summary=told)
            yield line.model_dump_json(exclude_none=True).encode() + b"\n"
