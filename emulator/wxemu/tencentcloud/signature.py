"""Signature v3: what a client of Tencent Cloud's API signs, and whose the request is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.http.tc3 import (
    Authorization,
    MalformedSignatureError,
    SignatureError,
    UnknownSecretIdError,
    authenticate,
    credentials_of,
    sha256,
    timestamp,
)
from wxemu.core.text import is_text

if TYPE_CHECKING:
    from flask import Request

    from wxemu.core.apps import App
    from wxemu.core.world import World

LIFE: Final = 300
"""Seconds that the signer's clock may be wrong [doc]."""
_AT_LEAST: Final = {"content-type", "host"}


def account(world: World, request: Request, *, service: str) -> App:
    """The app whose credentials signed a request; with ``verify_signatures`` off, the one that is meant by it.

    :param service: that is asked: ``scf`` or ``tcb``.
    :raises SignatureError: nobody, or not for this request.
    """
    header = request.headers.get("Authorization", "")
    if not world.settings.verify_signatures:
        return _meant(world, header, request.get_data())
    authorization = Authorization.parse(header)
    if not set(authorization.signed_headers) >= _AT_LEAST:
        raise MalformedSignatureError(f"expected the headers {sorted(_AT_LEAST)} to be signed")
    at = timestamp(request.headers.get("X-TC-Timestamp", ""))
    canonical = _canonical_request(request, authorization.signed_headers)
    return authenticate(world, authorization, canonical, at=at, service=service, life=LIFE)


def _canonical_request(request: Request, signed_headers: tuple[str, ...]) -> str:
    """The text that is signed [doc 583/33846]."""
    headers = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in signed_headers)
    query = request.query_string.decode("latin-1")
    signed = ";".join(signed_headers)
    return f"{request.method}\n{request.path}\n{query}\n{headers}\n{signed}\n{sha256(request.get_data())}"


def _meant(world: World, header: str, body: bytes) -> App:
    """Whose credentials are named, else whose environment is; for tries by hand."""
    try:
        return credentials_of(world, Authorization.parse(header).secret_id)
    except SignatureError:
        pass
    try:
        members = json.loads(body)
        env = members.get("Namespace") or members.get("EnvId")
    except (ValueError, RecursionError, AttributeError):
        env = None
    app = apps.find_by_env(world, env) if isinstance(env, str) and is_text(env) else None
    if app is None:
        raise UnknownSecretIdError("neither credentials nor a Namespace or EnvId say who is meant")
    return app
