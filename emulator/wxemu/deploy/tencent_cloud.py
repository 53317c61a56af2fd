"""Tencent Cloud's API as the account that `tcb` is signed in to: for what the CLI has no command."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import requests

from wxemu.core.http.tc3 import ALGORITHM, sha256, sign
from wxemu.core.messages import Message, as_it_is
from wxemu.deploy.errors import DeployError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "tcb.tencentcloudapi.com"
REGION: Final = "ap-shanghai"
"""Where the environments of mini programs are."""
_VERSION: Final = "2018-06-08"
_TIMEOUT_SECONDS: Final = 30
_LOGIN: Final = Path(".config/.cloudbase/auth.json")
"""In the home folder; web logins have the members whose names begin with `tmp` [src: @cloudbase/cli 2.12.10]."""


class RefusedError(DeployError):
    """Tencent Cloud answered with an error."""


@dataclass(frozen=True)
class TencentCloud:
    """The actions of CloudBase (tcb), signed with the credentials of an account; `token` goes with temporary ones."""

    secret_id: str
    secret_key: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def signed_in(cls) -> Self:
        """The account of `tcb login`, else that of TENCENTCLOUD_SECRETID and its kin, as the CLI does it.

        A web login is good for two hours. The CLI renews it whenever it is used, so use it first.

        :raises DeployError: there is no login that can be read.
        """
        login = _read_login(Path.home() / _LOGIN)
        secret_id, secret_key, token = (
            login.get(member) or login.get(f"tmp{member[0].upper()}{member[1:]}") or ""
            for member in ("secretId", "secretKey", "token")
        )
        if not (secret_id and secret_key):
            secret_id, secret_key, token = (
                os.environ.get(f"TENCENTCLOUD_{name}", "") for name in ("SECRETID", "SECRETKEY", "SESSIONTOKEN")
            )
        if not (secret_id and secret_key):
            raise DeployError(
                Message(
                    "expected the login of tcb in ~/{file}, found none (sign in: tcb login)",
                    "~/{file} 中没有 tcb 的登录信息（请登录：tcb login）",
                    file=_LOGIN,
                )
            )
        return cls(secret_id, secret_key, token)

    def ask(self, action: str, **parameters: Any) -> Mapping[str, Any]:
        """What an action answers.

        :raises RefusedError: an error.
        :raises DeployError: there is no answer.
        """
        body = json.dumps(parameters).encode()
        try:
            response = requests.post(
                f"https://{HOST}/", data=body, headers=self._headers(action, body), timeout=_TIMEOUT_SECONDS
            )
            answer = response.json()["Response"]
        except (requests.RequestException, ValueError, LookupError, TypeError) as error:
            raise DeployError(
                Message(
                    "{action}: expected an answer of {host}, found {kind}",
                    "{action}：没有得到 {host} 的应答（{kind}）",
                    action=action,
                    host=HOST,
                    kind=type(error).__name__,
                )
            ) from None
        if "Error" in answer:
            raise RefusedError(as_it_is(f"{action}: {answer['Error'].get('Code')}: {answer['Error'].get('Message')}"))
        return dict(answer)

    def _headers(self, action: str, body: bytes) -> dict[str, str]:
        """Those of signature v3 [doc 583/33846]."""
        at, kind, signed = int(time.time()), "application/json", "content-type;host"
        canonical = f"POST\n/\n\ncontent-type:{kind}\nhost:{HOST}\n\n{signed}\n{sha256(body)}"
        signature = sign(self.secret_key, canonical, at=at, service="tcb")
        scope = f"{self.secret_id}/{datetime.fromtimestamp(at, UTC):%Y-%m-%d}/tcb/tc3_request"
        return {
            "Authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders={signed}, Signature={signature}",
            "Content-Type": kind,
            "X-TC-Action": action,
            "X-TC-Region": REGION,
            "X-TC-Timestamp": str(at),
            "X-TC-Version": _VERSION,
            **({"X-TC-Token": self.token} if self.token else {}),
        }


def _read_login(file: Path) -> Mapping[str, str]:
    try:
        credential = json.loads(file.read_text(encoding="utf-8"))["credential"]
        return {name: str(value or "") for name, value in credential.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
