"""The published and recomputed vectors of WeChat's login-state signature."""

import pytest
from login_state_vectors import EMPTY_BODY, KEY, WITH_BODY

from wxcloud.auth import sign_login_state

MISTAKES = {
    "decoded key": ('{"foo":"bar"}', "bfa6883695fed51bb7e5897ce895842574a58f8a9cc5c4343f47c515ab337b89"),
    "dumped again": ('{"foo":"bar"}', "fda6d1f70635d53ea65f2fe7205194db6508654494ea06be90c1b7bf79e63ebb"),
    "arguments swapped": ("", "960b00797a7ea423d40216c7e6e9c227ce79ab6535f7bd1b47eac64555a08085"),
}


@pytest.mark.parametrize(
    ("key", "body", "signature"), [*WITH_BODY.values(), *((key, "", known) for key, known in EMPTY_BODY.values())]
)
def test_a_published_vector_is_met(key, body, signature):
    assert sign_login_state(key, body.encode()) == signature


@pytest.mark.parametrize(("body", "signature"), MISTAKES.values(), ids=MISTAKES)
def test_a_common_mistake_is_not_made(body, signature):
    assert sign_login_state(KEY, body.encode()) != signature
