"""The permission to put one file into the temporary bucket: a signature in COS's old form, which the client sends back.

The CLI takes it for no more than base64 in which ``a=``, ``b=``, ``k=``, ``t=`` and ``r=`` stand [src]; the members'
meaning is that of COS's multiple-use signature [doc], made with the account's own key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from wxemu.core import apps
from wxemu.scf.runtime.environment import ACCOUNT_APPID
from wxemu.tencentcloud.cos.errors import AccessDeniedError

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World

LIFE: Final = 1800
"""Seconds that a ticket is good for [inferred]."""
BUCKET: Final = "shtempcos"
_DIGEST: Final = hashlib.sha1
_DIGEST_BYTES: Final = 20


@dataclass(frozen=True)
class Ticket:
    """What GetTempCosInfo answers.

    :param date: the first part of the file's path, ``YYYY-MM-DD``.
    :param sign: what authorises to send it.
    """

    date: str
    sign: str = field(repr=False)


def issue(world: World, app: App, object_path: str) -> Ticket:
    """Let the account's client send the file ``/{date}/{object_path}``."""
    now = int(world.clock.now())
    date = datetime.fromtimestamp(now, UTC).date().isoformat()
    claims = urlencode(
        {
            "a": ACCOUNT_APPID,
            "b": BUCKET,
            "k": app.secret_id,
            "e": now + LIFE,
            "t": now,
            "r": world.randomness.hex(8),
            "f": f"/{date}/{object_path.lstrip('/')}",
        },
        safe="/",
    ).encode()
    return Ticket(date, base64.b64encode(_digest(app, claims) + claims).decode())


def find_bearer(world: World, sign: str, *, path: str) -> App:
    """The account that may send the file ``path`` with this signature; whose is not checked with signatures off.

    :raises AccessDeniedError: forged, expired, or for another file.
    """
    try:
        decoded = base64.b64decode(sign, validate=True)
        digest, claims = decoded[:_DIGEST_BYTES], decoded[_DIGEST_BYTES:]
        members = {name: values[0] for name, values in parse_qs(claims.decode()).items()}
        app = apps.find_by_secret_id(world, members["k"])
        expires_at, allowed = int(members["e"]), members["f"]
    except (ValueError, KeyError):
        raise AccessDeniedError from None
    if app is None:
        raise AccessDeniedError
    if world.settings.verify_signatures and not (
        hmac.compare_digest(_digest(app, claims), digest) and world.clock.now() < expires_at and allowed == path
    ):
        raise AccessDeniedError
    return app


def _digest(app: App, claims: bytes) -> bytes:
    return hmac.digest(app.secret_key.encode(), claims, _DIGEST)
