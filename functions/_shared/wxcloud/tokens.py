"""The access_token: fetched once for an instance, replaced when it is about to expire or refused."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import BadAnswer
from wxcloud.settings import STABLE_TOKEN, TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings
    from wxcloud.transport.wechat import WeChat

# stable_token returns the next token in the last five minutes of a token [doc], so `expires_in` is 300 at least. With a
# margin above that, every call in these minutes would fetch a token.
EXPIRY_MARGIN_SECONDS = 60


@dataclass(frozen=True)
class AccessToken:
    """A token, and the Unix time until which it is used."""

    value: str = field(repr=False)
    stale_at: float

    @classmethod
    def of(cls, answer: Mapping[str, Any], *, now: float) -> AccessToken:
        """Read `{"access_token", "expires_in"}` (seconds); raises BadAnswer for another form."""
        value, expires_in = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or type(expires_in) is not int or expires_in <= 0:
            raise BadAnswer("the token endpoint must give access_token as text and expires_in as seconds")
        return cls(value, stale_at=now + expires_in - EXPIRY_MARGIN_SECONDS)


class AccessTokens:
    """The instance's access_token; threads that need it at the same time share one fetch.

    `clock` must be the wall clock: other clocks stop while an instance is frozen, perhaps for hours.
    Methods raise InvalidSetting, WeChatError (40013, 40125, 40164, 45009, ...), or as `WeChat.exchange`.
    """

    def __init__(self, settings: Settings, wechat: WeChat, *, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._wechat = wechat
        self._clock = clock
        self._lock = threading.Lock()
        self._held: AccessToken | None = None

    def current(self) -> str:
        """The token to use now."""
        with self._lock:
            if self._held is None or self._clock() >= self._held.stale_at:
                self._held = self._fetch()
            return self._held.value

    def instead_of(self, refused: str) -> str:
        """Another token than the one that WeChat has just refused.

        Normally stable_token repeats its token, or returns a newer one that another instance has forced. Only if it
        repeats the refused token is a new one forced: that is limited to 20 a day, and ends the present token for
        everybody at once.
        """
        with self._lock:
            if self._held is None or self._held.value == refused:
                self._held = self._fetch()
                if self._held.value == refused and self._settings.token_kind == STABLE_TOKEN:
                    self._held = self._fetch(force_refresh=True)
            return self._held.value

    def _fetch(self, *, force_refresh: bool = False) -> AccessToken:
        now = self._clock()
        credential: dict[str, Any] = {
            "grant_type": "client_credential",
            "appid": self._settings.appid,
            "secret": self._settings.secret,
        }
        if self._settings.token_kind == TOKEN:
            answer = self._wechat.exchange("GET", "/cgi-bin/token", query=credential)
        else:
            body = {**credential, "force_refresh": force_refresh}
            answer = self._wechat.exchange("POST", "/cgi-bin/stable_token", body=body)
        return AccessToken.of(answer, now=now)
