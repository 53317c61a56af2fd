"""One failure of a call is the same failure to every face, each of which has a code for it."""

from __future__ import annotations

import pytest

from wxemu.cloudbase import calls as web_calls
from wxemu.cloudbase.admin import actions
from wxemu.phone import calls as phone_calls
from wxemu.scf import failures
from wxemu.scf.failures import FunctionFailedError, NoResultError
from wxemu.scf.runtime import Failure


def kinds(kind=NoResultError):
    """Those that every face may meet; a face's own are its own affair."""
    below = [one for one in kind.__subclasses__() if one.__module__ == failures.__name__]
    return [*below, *(deeper for one in below for deeper in kinds(one))]


def test_there_are_kinds_to_look_at():
    assert failures.TimeLimitError in kinds()


@pytest.mark.parametrize(
    "codes", [phone_calls._CODES, web_calls._CODES, actions._NO_RESULT], ids=["phone", "web", "admin"]
)
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_face_has_a_code_for_every_kind(kind, codes):
    error = kind.__new__(kind)
    assert error.code_in(codes) == codes.get(kind, codes[FunctionFailedError])


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, failures.InvalidEventError),
        (406, failures.InvalidEventError),
        (407, failures.ResultTooLargeError),
        (430, FunctionFailedError),
        (433, failures.TimeLimitError),
        (434, failures.MemoryLimitError),
        (439, FunctionFailedError),
        (443, FunctionFailedError),
    ],
)
def test_a_failed_invocation_is_of_the_kind_that_its_status_tells(status, kind):
    error = failures.make_error(Failure(status, -1, "what the platform says"), "request-1")
    assert type(error) is kind
    assert (str(error), error.request_id) == ("what the platform says", "request-1")


def test_of_an_exception_the_trace_is_told():
    error = failures.make_error(Failure(430, 1, "user code exception caught", "Traceback ..."), "request-1")
    assert str(error) == "Traceback ..."
