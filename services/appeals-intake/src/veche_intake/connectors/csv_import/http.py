"""``/api/v1/imports``: a CSV file in, a report with a line for every row out."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, Literal, cast

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from veche_intake.appeals import problems as appeal_problems
from veche_intake.channels.http import ApiKeyAuthenticator, key_of
from veche_intake.channels.model import Channel
from veche_intake.connectors.csv_import.commands import FileImport, OpenedFile, open_file
from veche_intake.connectors.csv_import.model import Delimiter, Encoding, ImportOptions, RowOutcome
from veche_shared.http.fast_routes import body_problem
from veche_shared.http.openapi import for_channels
from veche_shared.http.problems import FieldError, Forbidden, Unprocessable, UnsupportedMedia
from veche_shared.http.rejections import ProblemRow, ProblemTable, accepted
from veche_shared.idempotency.model import Accepted
from veche_shared.rejection import Rejected

PREFIX: Final = "/api/v1/imports"
NDJSON: Final = "application/x-ndjson"
_IN_MEMORY: Final = 1 << 20
_PIECE: Final = 1 << 16

PROBLEMS: Final[ProblemTable] = {
    **appeal_problems.PROBLEMS,
    "empty_file": ProblemRow(Unprocessable, "The file is empty; its first line must name the columns."),
    "invalid_header": ProblemRow(
        Unprocessable, "The first line, which names the columns, is no CSV; check its quotes."
    ),
    "unknown_column": ProblemRow(
        Unprocessable, "Name a column of the file's first line; check the delimiter and the encoding as well."
    ),
    "wrong_columns": ProblemRow(Unprocessable, "The row has {columns} columns and the header {expected}."),
    "invalid_moment": ProblemRow(Unprocessable, "Give the format of the dates in options.dates."),
    "invalid_csv": ProblemRow(
        Unprocessable,
        "A quote of this line is not closed, or closed in the middle of a cell; a quote in a text is doubled.",
    ),
    "too_many_rows": ProblemRow(Unprocessable, "A file may have {limit} rows; send the rest in another file."),
}

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

RowResult = Literal["accepted", "duplicate", "rejected", "not_stored"]


class RowOut(BaseModel):
    """What became of one row: ``row`` counts those after the header from 1, ``line`` is where it begins in the file."""

    row: int
    line: int
    result: RowResult
    number: str | None = None
    code: str | None = None
    detail: str | None = None
    column: str | None = None


class SummaryOut(BaseModel):
    """The last line of the report; the four counts add up to ``rows``."""

    file_digest: str = Field(description="SHA-256 of the file")
    encoding: Encoding
    delimiter: Delimiter
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    not_stored: int = 0


class ReportLineOut(BaseModel):
    """One line of the report (application/x-ndjson): a row or, at the end, the summary."""

    row: RowOut | None = None
    summary: SummaryOut | None = None


def imports_router(imports: FileImport, keys: ApiKeyAuthenticator, channels: Mapping[str, Channel]) -> APIRouter:
    """The route by which files are handed in."""
    router = APIRouter(prefix=PREFIX, tags=["imports"], dependencies=[Depends(keys.requires("imports:write"))])

    @router.post(
        "",
        response_model=None,
        openapi_extra={**_DESCRIPTION, **for_channels("imports:write", repeatable=False)},
        responses={
            200: {"description": "One ReportLineOut a line", "content": {NDJSON: {"schema": {"type": "string"}}}}
        },
    )
    async def import_file(request: Request) -> Response:
        """Store the rows of a file. The answer has a line of JSON for each row, in order, and a summary at the end."""
        channel = channels.get(key_of(request).channel)
        if channel is None:
            raise Forbidden("The key's channel is not one of this city's any more.", code="unknown_channel")
        file = accepted(await _received(request), PROBLEMS)
        return StreamingResponse(_report(imports, file, channel), media_type=NDJSON)

    return router


async def _received(request: Request) -> OpenedFile | Rejected:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    digest = hashlib.sha256()
    if media_type == "text/csv":
        options = _options(request.query_params.get("options"))
        file = cast("BinaryIO", SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - lives as long as the report
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
        while piece := await upload.read(_PIECE):
            digest.update(piece)
    else:
        raise UnsupportedMedia("Send the file as text/csv, or as «file» of a multipart form.")
    return open_file(file, digest.hexdigest(), options)


def _options(given: str | None) -> ImportOptions:
    if given is None:
        return ImportOptions()
    try:
        return ImportOptions.model_validate_json(given)
    except ValidationError as error:
        raise body_problem(None, given.encode(), error) from None


async def _report(imports: FileImport, file: OpenedFile, channel: Channel) -> AsyncIterator[bytes]:
    summary = SummaryOut(file_digest=file.digest, encoding=file.encoding, delimiter=file.delimiter)
    with file.text:
        async for outcome in imports.run(file, channel):
            row = row_out(outcome)
            summary.rows += 1
            setattr(summary, row.result, getattr(summary, row.result) + 1)
            yield _line(ReportLineOut(row=row))
        yield _line(ReportLineOut(summary=summary))


def row_out(row: RowOutcome) -> RowOut:
    """A row as the report shows it."""
    outcome = row.outcome
    if isinstance(outcome, Accepted):
        result: RowResult = "duplicate" if outcome.replayed else "accepted"
        return RowOut(row=row.row, line=row.line, result=result, number=outcome.receipt.number)
    if isinstance(outcome, Rejected):
        return RowOut(
            row=row.row,
            line=row.line,
            result="rejected",
            code=outcome.code,
            detail=_detail(outcome),
            column=row.column,
        )
    return RowOut(
        row=row.row,
        line=row.line,
        result="not_stored",
        code="storage_unavailable",
        detail="The database did not confirm it; send the same file again.",
    )


def _detail(rejected: Rejected) -> str:
    """What to do about a rejected row; where the appeal is not valid, in the words of the validator."""
    row = PROBLEMS.get(rejected.code)
    return str(rejected.parameters["message"]) if row is None else row.sentence.format(**rejected.parameters)


def _line(line: ReportLineOut) -> bytes:
    return line.model_dump_json(exclude_none=True).encode() + b"\n"
