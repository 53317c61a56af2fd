"""Whose a request to Tencent Cloud's API is, is proved by its signature and by nothing else."""

import json
import re
import time

import pytest
from tencent_cloud import RefusedError, signature

TIMES = [{"X-TC-Timestamp": text} for text in ("-1", "1.5", "12345678901")]
BODY = json.dumps({"Namespace": "env-demo"}).encode()


@pytest.fixture
def refusal(cloud):
    def of(body=BODY, **headers):
        with pytest.raises(RefusedError) as refused:
            cloud.post(body, {**cloud.headers("ListFunctions", BODY), **headers})
        return refused.value.code

    return of


def test_the_signer_of_these_tests_agrees_with_the_documentations_example():
    # cloud.tencent.com/document/api/213/30654: secret key and payload as printed there, asterisks included.
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    date, signed = signature(
        "Gu5t9xGARNpq86cd98joQYCN3*******",
        at=1551113065,
        service="cvm",
        host="cvm.tencentcloudapi.com",
        body=body,
        content_type="application/json; charset=utf-8",
    )
    assert date == "2019-02-25"
    assert signed == "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"


def test_a_signed_request_is_answered(cloud):
    assert cloud.post(BODY, cloud.headers("ListFunctions", BODY))["TotalCount"] == 2


@pytest.mark.parametrize(
    "change",
    [
        {"body": BODY + b" "},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Host": "tcb.tencentcloudapi.com"},
        {"X-TC-Version": "2018-06-08"},  # of another service than it is signed for
        {"X-TC-Timestamp": "ten seconds before"},
    ],
    ids=str,
)
def test_a_request_that_was_changed_is_refused(refusal, change):
    if "X-TC-Timestamp" in change:
        change = {"X-TC-Timestamp": str(int(time.time()) - 10)}
    assert refusal(**change) == "AuthFailure.SignatureFailure"


def test_another_key_is_refused(cloud):
    cloud.secret_key = "wrong"
    with pytest.raises(RefusedError, match=r"^AuthFailure\.SignatureFailure: The provided credentials could not"):
        cloud.call("ListFunctions")


def test_an_unknown_secret_id_is_refused(cloud):
    cloud.secret_id = "AKIDnobody"
    with pytest.raises(RefusedError, match=r"^AuthFailure\.SecretIdNotFound: The SecretId is not found"):
        cloud.call("ListFunctions")


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_time_more_than_five_minutes_away_is_refused(cloud, world, seconds):
    at = int(max(time.time(), world.clock.now()) if seconds > 0 else world.clock.now()) + seconds
    with pytest.raises(RefusedError, match=r"^AuthFailure\.SignatureExpire"):
        cloud.post(BODY, cloud.headers("ListFunctions", BODY, at=at + (60 if seconds > 0 else 0)))


def test_a_time_by_the_emulators_own_clock_is_taken(cloud, world):
    at = int(world.clock.now()) - 299
    assert cloud.post(BODY, cloud.headers("ListFunctions", BODY, at=at))["TotalCount"] == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer token"},
        {"X-TC-Timestamp": "now"},
        {"X-TC-Timestamp": ""},
        *TIMES,
    ],
    ids=str,
)
def test_what_is_no_signature_is_refused(refusal, headers):
    assert refusal(**headers) == "AuthFailure.InvalidAuthorization"


@pytest.mark.parametrize(
    ("part", "other"),
    [
        *((";host", ""), ("TC3", "TC4"), ("/tc3_request", ""), (", Signature=", ", Sign="), ("SignedHeaders=", "")),
        (r"AKIDlocal/[\d-]+", "AKIDlocal/today"),
        ("$", ", More=1"),
    ],
)
def test_a_header_of_another_form_is_refused(cloud, refusal, part, other):
    header = re.sub(part, other, cloud.headers("ListFunctions", BODY)["Authorization"])
    assert refusal(Authorization=header) == "AuthFailure.InvalidAuthorization"


def test_an_accounts_credentials_do_not_open_another_accounts_environment(other_cloud):
    assert other_cloud.code_of_refusal("ListFunctions", Namespace="env-demo") == "ResourceNotFound.Namespace"


def test_no_namespace_is_the_default_one_which_is_no_environment(cloud):
    assert cloud.code_of_refusal("ListFunctions", Namespace=None) == "ResourceNotFound.Namespace"


class TestWithSignaturesOff:
    @pytest.fixture(autouse=True)
    def _off(self, control):
        control.set(verify_signatures=False)

    def unsigned(self, **parameters):
        headers = {"X-TC-Action": "ListFunctions", "X-TC-Version": "2018-04-16"}
        return json.dumps(parameters).encode(), headers

    def test_the_environment_says_whose_request_it_is(self, cloud):
        assert cloud.post(*self.unsigned(Namespace="env-demo"))["TotalCount"] == 2

    def test_the_secret_id_says_so_first(self, other_cloud):
        other_cloud.secret_key = "wrong"
        assert other_cloud.code_of_refusal("ListFunctions", Namespace="env-demo") == "ResourceNotFound.Namespace"

    @pytest.mark.parametrize(
        "parameters", [{}, {"Namespace": "env-of-nobody"}, {"Namespace": "\ud800"}, {"Namespace": 1}]
    )
    def test_a_request_that_nobody_can_be_meant_by_is_refused(self, cloud, parameters):
        with pytest.raises(RefusedError, match=r"^AuthFailure\.SecretIdNotFound"):
            cloud.post(*self.unsigned(**parameters))

    def test_a_body_that_is_no_json_is_refused(self, cloud):
        headers = {"X-TC-Action": "ListFunctions", "X-TC-Version": "2018-04-16"}
        with pytest.raises(RefusedError, match=r"^AuthFailure\.SecretIdNotFound"):
            cloud.post(b"[", headers)


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("DescribeInstances", {}, "InvalidAction"),
        ("DescribeEnvs", {}, "InvalidAction"),  # which is the other service's
        ("", {}, "MissingParameter"),
        ("ListFunctions", {"version": "2017-03-12"}, "NoSuchVersion"),
    ],
)
def test_an_action_that_is_not_there_is_refused(cloud, action, parameters, code):
    assert cloud.code_of_refusal(action, **parameters) == code


@pytest.mark.parametrize("body", [b"[", b"[]", b'"text"', b"\xff", b"[" * 100_000], ids=len)
def test_a_body_that_is_no_json_object_is_refused(cloud, body):
    assert cloud.refusal(body, cloud.headers("ListFunctions", body)) == "InvalidParameter"
