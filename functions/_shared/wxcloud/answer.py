"""The form in which a function answers: `{errCode, errMsg, ...}`, for failures too."""

from __future__ import annotations

import functools
from typing import Any, Callable

from wxcloud.errors import CloudError

Main = Callable[[Any, Any], "dict[str, Any]"]


def answers(api: str) -> Callable[[Main], Main]:
    """Decorate a function's `main(event, context)` so that it answers as `api`.

    What `main` returns joins `{"errCode": 0, "errMsg": "<api>:ok"}`; a CloudError it raises is returned as
    `{"errCode": N, "errMsg": "<api>:fail <reason>"}`. Anything else is a bug and stays an exception, for the
    platform to report.
    """

    def decorate(main: Main) -> Main:
        @functools.wraps(main)
        def answering(event: Any, context: Any) -> dict[str, Any]:
            try:
                return {"errCode": 0, "errMsg": f"{api}:ok", **main(event, context)}
            except CloudError as error:
                failure = error.failing(api)
                return {"errCode": failure.errCode, "errMsg": failure.errMsg}

        return answering

    return decorate
