"""The open APIs known here: the HTTPS form of each, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """An API's HTTPS form. `takes_secret`: it wants appid and secret in its query, not an access_token.

    `is_repeatable`: it does no harm to send the same call twice. `has_cloud_call`: WeChat offers it as one, too.
    """

    method: str
    path: str
    takes_secret: bool = False
    is_repeatable: bool = True
    has_cloud_call: bool = True


ENDPOINTS = {
    "soter.verifySignature": Endpoint("POST", "/cgi-bin/soter/verify_signature"),
    # "Not available as a cloud call", say the pages of these two [doc]; no permission in config.json changes that.
    "auth.checkSessionKey": Endpoint("GET", "/wxa/checksession", has_cloud_call=False),
    # Its code works once: sent again after a lost answer, it would fail with 40163 although all is well.
    "auth.code2Session": Endpoint(
        "GET", "/sns/jscode2session", takes_secret=True, is_repeatable=False, has_cloud_call=False
    ),
}
