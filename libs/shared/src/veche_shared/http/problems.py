"""The one taxonomy of errors that a caller is told (RFC 9457, Problem Details for HTTP APIs).

Raise a subclass of :class:`Problem` from a command or a route; the application turns it into a document, or into a page
for a person with a browser. ``title`` and ``detail`` speak to the developer of a client, in English; a page words the
same problem by its ``code`` in the reader's language. Neither ever repeats a value that a person sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from pydantic import BaseModel, Field
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:veche:problem:"
MOST_ERRORS: Final = 20
"""So many faults of one request are told; whoever mends them learns of the next ones."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of a request.

    ``pointer`` is a JSON pointer (RFC 6901) into the body, ``""`` being the body itself; for a fault outside of the
    body it is None and ``parameter`` names the query parameter, header, cookie or part of the path. ``code`` is for
    programs, ``detail`` says what to do.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def as_json(self) -> dict[str, str]:
        place = {"parameter": self.parameter} if self.parameter is not None else {"pointer": self.pointer or ""}
        return {**place, "code": self.code, "detail": self.detail}


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """Something that the caller must be told, with the status that says whose turn it is.

    ``code`` names the problem for programs and never changes its meaning; a class has its own, a place that raises may
    give a narrower one. ``retryable`` says that the same request may succeed later, unchanged.
    """

    status: ClassVar[int] = 500
    code: str = "internal"
    title: ClassVar[str] = "The service failed"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        errors_left_out: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        if code is not None:
            self.code = code
        self.detail = detail
        self.errors = tuple(errors[:MOST_ERRORS])
        self.errors_left_out = errors_left_out + len(errors) - len(self.errors)
        self.headers = dict(headers or {})

    def as_json(self, *, instance: str | None = None, request_id: str | None = None) -> dict[str, object]:
        """The problem document; members without a value are left out."""
        document: dict[str, object] = {"type": f"{TYPE_PREFIX}{self.code}", "title": self.title, "status": self.status}
        if self.detail is not None:
            document["detail"] = self.detail
        if instance is not None:
            document["instance"] = instance
        if request_id is not None:
            document["request_id"] = request_id
        if self.errors:
            document["errors"] = [error.as_json() for error in self.errors]
        if self.errors_left_out:
            document["errors_left_out"] = self.errors_left_out
        return document


class InternalError(Problem):
    """The service failed in a way that nobody foresaw; the log has the reason under the request's id."""


class BadRequest(Problem):
    """The request cannot be read: broken JSON, bad UTF-8, a malformed header."""

    status = 400
    code = "bad_request"
    title = "The request cannot be read"


class Unauthorised(Problem):
    """Nobody known is asking: no session or key, or one that does not hold."""

    status = 401
    code = "unauthorised"
    title = "Sign in or send a valid key"


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class NotFound(Problem):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "not_found"
    title = "Not found"


class MethodNotAllowed(Problem):
    """The address exists and does not know this method."""

    status = 405
    code = "method_not_allowed"
    title = "This address does not take the method"


class NotAcceptable(Problem):
    """The answer cannot be given in the form that was asked for."""

    status = 406
    code = "not_acceptable"
    title = "The answer does not come in that form"


class Conflict(Problem):
    """The state of the thing does not allow this, or somebody else was first."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this"


class Gone(Problem):
    """It was there and is over: a closed poll, an expired link."""

    status = 410
    code = "gone"
    title = "No longer available"


class PayloadTooLarge(Problem):
    """The body is longer than this address takes."""

    status = 413
    code = "payload_too_large"
    title = "The body is too large"


class UnsupportedMedia(Problem):
    """The body is of a kind that this address does not take."""

    status = 415
    code = "unsupported_media"
    title = "The body's media type is not taken here"


class Unprocessable(Problem):
    """The request can be read, and what it says is not valid; ``errors`` tells each fault."""

    status = 422
    code = "invalid"
    title = "The request is not valid"


class TooManyRequests(Problem):
    """The caller must slow down; ``retry_after`` is in whole seconds."""

    status = 429
    code = "too_many_requests"
    title = "Too many requests"
    retryable = True

    def __init__(self, detail: str | None = None, *, retry_after: int, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after)})


class Unavailable(Problem):
    """A dependency is away or the service is full; nothing was stored. ``retry_after`` is in whole seconds."""

    status = 503
    code = "unavailable"
    title = "Not available at the moment"
    retryable = True

    def __init__(self, detail: str | None = None, *, retry_after: int = 5, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(retry_after)})


BY_STATUS: Final[Mapping[int, type[Problem]]] = {
    problem.status: problem
    for problem in (
        BadRequest,
        Unauthorised,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        NotAcceptable,
        Conflict,
        Gone,
        PayloadTooLarge,
        UnsupportedMedia,
        Unprocessable,
    )
}


def problem_response(problem: Problem, *, instance: str | None = None, request_id: str | None = None) -> Response:
    """``problem`` as an ``application/problem+json`` answer."""
    document = problem.as_json(instance=instance, request_id=request_id)
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, problem.status, {**problem.headers, "Cache-Control": "no-store"}, MEDIA_TYPE)


class FieldErrorDocument(BaseModel):
    """One fault of a request, as a problem document tells it."""

    pointer: str | None = Field(default=None, description="RFC 6901 pointer into the body; the whole body is «»")
    parameter: str | None = Field(default=None, description="Query parameter, header, cookie or part of the path")
    code: str
    detail: str


class ProblemDocument(BaseModel):
    """What every error answer holds (RFC 9457); for the OpenAPI documents and for clients."""

    type: str = Field(description="urn:veche:problem:<code>", examples=["urn:veche:problem:not_found"])
    title: str
    status: int
    detail: str | None = None
    instance: str | None = None
    request_id: str | None = None
    errors: list[FieldErrorDocument] = Field(default=[], description=f"at most {MOST_ERRORS} of the faults")
    errors_left_out: int = Field(default=0, description="how many more faults there are")


__all__ = [
    "BY_STATUS",
    "MEDIA_TYPE",
    "TYPE_PREFIX",
    "BadRequest",
    "Conflict",
    "FieldError",
    "FieldErrorDocument",
    "Forbidden",
    "Gone",
    "InternalError",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "PayloadTooLarge",
    "Problem",
    "ProblemDocument",
    "TooManyRequests",
    "Unauthorised",
    "Unavailable",
    "Unprocessable",
    "UnsupportedMedia",
    "problem_response",
]
