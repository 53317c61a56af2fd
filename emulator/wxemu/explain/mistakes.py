"""The mistakes that are looked for, by their names."""

from __future__ import annotations

from typing import Final

from wxemu.explain import request_mistakes, signature_mistakes

MISTAKES: Final = {
    mistake.name: mistake
    for mistake in (
        *signature_mistakes.CONFIRMATIONS,
        *signature_mistakes.LOGIN_STATES,
        *request_mistakes.CREDENTIALS,
        *request_mistakes.REQUESTS,
    )
}
