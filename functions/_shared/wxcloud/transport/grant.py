"""What the platform gives one invocation for its cloud calls."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wxcloud.errors import InvalidSetting
from wxcloud.settings import is_web_address
from wxcloud.transport.signature import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.context import Context


@dataclass(frozen=True)
class Grant:
    """An invocation's tokens, credentials and gateway, read when they are needed.

    What depends on the caller comes from the invocation's context only. What is the same for every caller (the role's
    credentials; the environment's name, region and gateway) comes from the context too, or else from the process's
    present environment, where the platform renews the credentials. [Names and order are src: node-sdk 3.18.3]

    Every property raises InvalidContext, or InvalidSetting that names the variable.
    """

    context: Context = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)

    @property
    def offers_cloud_call(self) -> bool:
        """Whether this invocation can make cloud calls: it has a token, and credentials to sign with."""
        return bool(self.wx_api_token) and self._credentials() is not None

    @property
    def wx_api_token(self) -> str:
        """The token that names caller and function in a cloud call; empty when the invocation has none."""
        is_timer = self.context.text("TRIGGER_SRC") == "timer"
        return (is_timer and self.context.text("WX_TRIGGER_API_TOKEN_V0")) or self.context.text("WX_API_TOKEN")

    @property
    def tcb_session_token(self) -> str:
        return self.context.text("TCB_SESSIONTOKEN")

    @property
    def source(self) -> str:
        """Where the call came from, and where it is now: `wx_client,scf`."""
        return f"{self.context.text('TCB_SOURCE')},{'scf' if self.is_on_scf else 'unknown'}"

    @property
    def sequence(self) -> str:
        """The id that follows a call through the platform's logs; empty when the invocation has none."""
        return self.context.text("TCB_SEQID")

    @property
    def env(self) -> str:
        """The CloudBase environment's id."""
        return self.context.text("TCB_ENV") or self._either("SCF_NAMESPACE")

    @property
    def region(self) -> str:
        return self._either("TENCENTCLOUD_REGION")

    @property
    def credentials(self) -> Credentials:
        credentials = self._credentials()
        if credentials is None:
            raise InvalidSetting(
                "TENCENTCLOUD_SECRETID and TENCENTCLOUD_SECRETKEY are not set: the platform gives them"
            )
        return credentials

    @property
    def url(self) -> str:
        """The gateway's address without a query: `TCB_CONTEXT_CNFG`'s, or the environment's own."""
        return self._configured_url() or self._default_url()

    def _credentials(self) -> Credentials | None:
        """All three from one source: a token does not match another source's pair."""
        for source in (self.context.variables, self.environ):
            values = [source.get(f"TENCENTCLOUD_{name}") for name in ("SECRETID", "SECRETKEY", "SESSIONTOKEN")]
            secret_id, secret_key, session_token = (value if isinstance(value, str) else "" for value in values)
            if secret_id and secret_key:
                return Credentials(secret_id, secret_key, session_token)
        return None

    def _configured_url(self) -> str | None:
        text = self._either("TCB_CONTEXT_CNFG")
        try:
            config = json.loads(text or "{}")
        except (ValueError, RecursionError):
            config = None
        url = config.get("URL") or None if isinstance(config, dict) else ""
        # Never the default gateway instead: these credentials are not meant for it.
        if url is not None and not is_web_address(url):
            raise InvalidSetting('TCB_CONTEXT_CNFG must be JSON like {"URL": "http://host/admin"}, without a query')
        return url

    def _default_url(self) -> str:
        # Inside SCF the gateway is on the platform's own network, which has plain HTTP only.
        names = [
            self.env if re.fullmatch(r"[a-z0-9_-]{1,40}", self.env) else "",
            "internal" if self.is_on_scf else "",
            self.region,
            "tcb-api.tencentcloudapi.com",
        ]
        return f"{'http' if self.is_on_scf else 'https'}://{'.'.join(filter(None, names))}/admin"

    @property
    def is_on_scf(self) -> bool:
        """Whether the function runs on the platform."""
        return self._either("TENCENTCLOUD_RUNENV") == "SCF"

    def _either(self, name: str) -> str:
        return self.context.text(name) or self.environ.get(name, "")
