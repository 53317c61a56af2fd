"""COS's temporary bucket, as far as uploading a function's code takes: one file, whole or in parts."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from wxemu.core import troubles
from wxemu.core.http.origins import ForeignPageError
from wxemu.tencentcloud.cos import ticket, uploads
from wxemu.tencentcloud.cos.errors import (
    AccessDeniedError,
    CosError,
    EntityTooLargeError,
    InternalError,
    InvalidArgumentError,
    NoSuchUploadError,
)
from wxemu.tencentcloud.cos.uploads import UnknownUploadError, UploadTooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World

_Result = TypeVar("_Result")
PATH: Final = "/<int(fixed_digits=4):year>-<int(fixed_digits=2):month>-<int(fixed_digits=2):day>/<path:object_path>"
"""Of a temporary file: a day, and what GetTempCosInfo was asked for."""
_BUCKET: Final = f"{ticket.BUCKET}-1253665819"


def face(world: World) -> Blueprint:
    """The bucket over ``world``."""
    routes = Blueprint("cos", __name__)
    routes.add_url_rule("/", "list_uploads", partial(_list_uploads, world), methods=["GET"])
    routes.add_url_rule(PATH, "put", partial(_put, world), methods=["PUT"])
    routes.add_url_rule(PATH, "post", partial(_post, world), methods=["POST"])
    routes.register_error_handler(CosError, partial(_refuse, world))
    routes.register_error_handler(ForeignPageError, lambda error: _refuse(world, AccessDeniedError(str(error))))
    routes.register_error_handler(RequestEntityTooLarge, lambda _: _refuse(world, EntityTooLargeError()))
    for kind in troubles.TROUBLES:
        routes.register_error_handler(kind, partial(_refuse_for_trouble, world))
    return routes


def _list_uploads(world: World) -> Response:
    """The list of unfinished uploads, which is always empty: so a client begins anew instead of going on."""
    if "uploads" not in request.args:
        raise NotFound  # nothing else is at "/", and COS lists this bucket for nobody
    prefix = request.args.get("prefix", "")
    with world.transaction():
        ticket.find_bearer(world, _sign(), path=f"/{prefix}")
    return _xml(
        "ListMultipartUploadsResult",
        {"Bucket": _BUCKET, "Prefix": prefix, "MaxUploads": "1000", "IsTruncated": "false"},
    )


def _put(world: World, **_date_and_path: object) -> Response:
    content = request.get_data()
    upload_id = request.args.get("uploadId")

    def store(app: App) -> None:
        if upload_id is None:
            uploads.put(world, appid=app.appid, path=request.path, content=content)
        else:
            number = _part_number()
            uploads.add_part(world, upload_id, appid=app.appid, path=request.path, number=number, content=content)

    _as_bearer(world, store)
    stored = Response(status=200)
    stored.headers["ETag"] = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    return stored


def _post(world: World, **_date_and_path: object) -> Response:
    key = request.path.removeprefix("/")
    if "uploads" in request.args:
        upload_id = _as_bearer(world, lambda app: uploads.start(world, appid=app.appid, path=request.path))
        return _xml("InitiateMultipartUploadResult", {"Bucket": _BUCKET, "Key": key, "UploadId": upload_id})
    if "uploadId" in request.args:
        upload_id = request.args["uploadId"]
        # The parts that the body names are those that came: a client that sends some and then leaves them out is none
        # that anybody has.
        _as_bearer(world, lambda app: uploads.complete(world, upload_id, appid=app.appid, path=request.path))
        return _xml("CompleteMultipartUploadResult", {"Bucket": _BUCKET, "Key": key})
    raise InvalidArgumentError


def _as_bearer(world: World, decide: Callable[[App], _Result]) -> _Result:
    try:
        with world.transaction():
            return decide(ticket.find_bearer(world, _sign(), path=request.path))
    except UnknownUploadError:
        raise NoSuchUploadError from None
    except UploadTooLargeError:
        raise EntityTooLargeError from None


def _sign() -> str:
    return request.headers.get("Authorization", "")


def _part_number() -> int:
    number = request.args.get("partNumber", "")
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(uploads.MOST_PARTS))):
        raise InvalidArgumentError
    if not 1 <= int(number) <= uploads.MOST_PARTS:
        raise InvalidArgumentError
    return int(number)


def _refuse_for_trouble(world: World, error: Exception) -> Response:
    troubles.tell(error)
    return _refuse(world, InternalError())


def _refuse(world: World, error: CosError) -> Response:
    request_id = ""
    with suppress(*troubles.TROUBLES), world.transaction():  # without the state nobody can number anything
        request_id = world.randomness.uuid()
    members = {
        "Code": error.code,
        "Message": error.message,
        "Resource": request.path,
        "RequestId": request_id,
        "TraceId": "",
    }
    return _xml("Error", members, status=error.status)


def _xml(root: str, members: Mapping[str, str], *, status: int = 200) -> Response:
    """A document of one element with members."""
    inside = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in members.items())
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inside}</{root}>'
    return Response(document, status=status, content_type="application/xml")


def _text(value: str) -> str:
    """Escaped, without characters that no XML can hold."""
    return escape("".join(character if character.isprintable() else "\ufffd" for character in value))
