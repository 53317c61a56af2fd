"""Invocations through Tencent Cloud's API, and the logs of those that came any way."""

import json
import re
from dataclasses import replace

import pytest
from tencent_cloud import RefusedError

from wxemu.scf import invocation_records
from wxemu.scf.invocation_records import KEPT_CHARACTERS, Record


def test_an_answer_is_the_result(cloud):
    result = cloud.invoke("greet", {"who": "世界"})
    assert result["RetMsg"] == '{"said":"hello","to":"世界"}'
    assert (result["InvokeResult"], result["ErrMsg"], result["Log"]) == (0, "", "")
    assert result["BillDuration"] >= result["Duration"] > 0
    assert len(result["FunctionRequestId"]) == 36


def test_invoke_function_takes_the_event_by_its_own_name(cloud):
    done = cloud.call("InvokeFunction", FunctionName="greet", Event='{"who": "you"}')
    assert json.loads(done["Result"]["RetMsg"])["to"] == "you"


def test_no_event_is_an_empty_one(cloud):
    done = cloud.call("Invoke", FunctionName="greet")["Result"]
    assert json.loads(done["RetMsg"])["to"] is None


def test_nobodys_phone_stands_behind_a_call_of_a_server(cloud):
    cloud.create("whoami", {"index.py": "def main(event, context):\n    return context['environment']\n"})
    environment = json.loads(json.loads(cloud.invoke("whoami", {"userInfo": {"openId": "oAlice"}})["RetMsg"]))
    assert not [name for name in environment if name.startswith(("WX_OPENID", "WX_API_TOKEN", "TRIGGER_SRC"))]


def test_the_log_comes_when_it_is_asked_for(cloud):
    result = cloud.invoke("greet", {"who": "you"}, LogType="Tail")
    request_id = result["FunctionRequestId"]
    start, init_report, *lines, report = result["Log"].splitlines()
    assert start == f"START RequestId: {request_id}"
    assert init_report.startswith(f"Init Report RequestId: {request_id} Coldstart: ")
    assert lines == [
        "greeting you",
        f'Response RequestId:{request_id} RetMsg:{{"said":"hello","to":"you"}}',
        f"END RequestId: {request_id}",
    ]
    assert report.startswith(f"Report RequestId: {request_id} Duration:")
    assert re.search(r"ms Memory:256MB MemUsage:[1-9]\d*(\.\d+)?MB$", report)


def test_the_log_of_a_failure_tells_it(cloud):
    result = cloud.invoke("fail", LogType="Tail")
    assert f"ERROR RequestId: {result['FunctionRequestId']} Result: {result['ErrMsg']}\n" in result["Log"]


def test_of_a_long_log_the_last_4_kb_come(cloud):
    cloud.create("chatty", {"index.py": "def main(event, context):\n    print('中' * 3000, end='')\n"})
    log = cloud.invoke("chatty", LogType="Tail")["Log"]
    assert 4090 <= len(log.encode()) <= 4096
    assert "MemUsage" in log


def test_an_event_invocation_answers_without_a_result(cloud):
    result = cloud.invoke("greet", InvocationType="Event")
    assert (result["RetMsg"], result["InvokeResult"]) == ("", 0)
    assert cloud.tcb("GetFunctionLogDetail", LogRequestId=result["FunctionRequestId"])["RetMsg"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ClientContext": "{"}, "InvalidParameterValue.Param"),
        ({"ClientContext": "[" * 100_000}, "InvalidParameterValue.Param"),
        ({"ClientContext": {}}, "InvalidParameter"),
        ({"InvocationType": "Later"}, "InvalidParameterValue.InvokeType"),
        ({"FunctionName": None}, "MissingParameter"),
        ({"FunctionName": ["greet"]}, "InvalidParameter"),
    ],
)
def test_a_call_that_cannot_be_is_refused(cloud, wrong, code):
    assert cloud.code_of_refusal("Invoke", **{"FunctionName": "greet", **wrong}) == code


class TestLogs:
    @pytest.fixture
    def logs(self, cloud):
        def of(**wanted):
            return cloud.tcb("GetFunctionLogs", **{"EnvId": "env-demo", "FunctionName": "greet", **wanted})["LogList"]

        return of

    @pytest.fixture
    def record(self, world):
        def record(number, *, at, **changes):
            done = Record(
                request_id=f"request-{number}",
                env="env-demo",
                function="greet",
                at=at,
                duration_ms=1.5,
                memory_bytes=0,
                is_ok=True,
                log="log",
                result="{}",
            )
            with world.transaction():
                invocation_records.save(world, replace(done, **changes))

        return record

    def test_every_way_to_call_is_logged(self, cloud, logs, control, new_phone):
        cloud.invoke("greet")
        control.post("functions/greet/invocations", event={})
        new_phone("none").do("callFunction", name="greet", data={})
        assert len(logs()) == 3

    def test_a_detail_shows_what_happened(self, cloud, clock):
        request_id = cloud.invoke("fail")["FunctionRequestId"]
        detail = cloud.tcb("GetFunctionLogDetail", LogRequestId=request_id)
        assert detail["RequestId"] == request_id
        assert detail["StartTime"] == "2023-11-15 06:13:20"
        assert detail["LogJson"].startswith(f"START RequestId: {request_id}\n")
        assert json.loads(detail["RetMsg"])["statusCode"] == 430
        assert detail["Duration"] > 0

    def test_the_list_tells_which_failed(self, cloud):
        cloud.invoke("fail")
        (entry,) = cloud.tcb("GetFunctionLogs", EnvId="env-demo", FunctionName="fail")["LogList"]
        assert entry["RetCode"] == 1

    def test_the_newest_come_first_in_pages(self, logs, record, clock):
        for number in range(5):
            record(number, at=clock.now() - number)
        assert [entry["RequestId"] for entry in logs(Offset=1, Limit=2)] == ["request-1", "request-2"]

    def test_a_span_counts_its_last_second_whole(self, logs, record, clock):
        record(1, at=clock.now() + 0.9)
        record(2, at=clock.now() + 1)
        record(3, at=clock.now() - 0.1)
        found = logs(StartTime="2023-11-15 06:13:20", EndTime="2023-11-15 06:13:20")
        assert [entry["RequestId"] for entry in found] == ["request-1"]

    def test_one_invocation_can_be_asked_for(self, logs, record, clock):
        record(1, at=clock.now())
        record(2, at=clock.now())
        assert [entry["RequestId"] for entry in logs(LogRequestId="request-2")] == ["request-2"]
        assert logs(LogRequestId="request-9") == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"StartTime": "yesterday"},
            {"StartTime": "2023-11-15 06:13:20", "EndTime": "2023-11-15 06:13:19"},
            {"StartTime": "2023-11-15 06:13:20", "EndTime": "2023-11-16 06:13:21"},
            {"Offset": -1},
            {"Limit": -1},
            {"Offset": 9_999, "Limit": 2},
        ],
        ids=str,
    )
    def test_a_span_that_cannot_be_is_refused(self, logs, wrong):
        with pytest.raises(RefusedError, match=r"^InvalidParameterValue: "):
            logs(**wrong)

    def test_an_account_does_not_see_anothers_logs(self, other_cloud, record, clock):
        record(1, at=clock.now())
        with pytest.raises(RefusedError, match=r"^ResourceNotFound\.Namespace"):
            other_cloud.tcb("GetFunctionLogs", EnvId="env-demo", FunctionName="greet")
        with pytest.raises(RefusedError, match=r"^ResourceNotFound: "):
            other_cloud.tcb("GetFunctionLogDetail", LogRequestId="request-1")

    def test_credentials_are_struck_out_of_logs(self, cloud, record, clock):
        told = '{"access_token": "t0ken", "session_key": "k3y"}'
        record(1, at=clock.now(), log=f"got {told}", result=told)
        shown = json.dumps(cloud.tcb("GetFunctionLogDetail", LogRequestId="request-1"))
        assert "t0ken" not in shown
        assert "k3y" not in shown

    def test_of_a_long_log_the_end_is_kept_and_of_a_long_result_the_beginning(self, world, record, clock):
        record(1, at=clock.now(), log="a" + "b" * KEPT_CHARACTERS, result="a" * KEPT_CHARACTERS + "b")
        kept = invocation_records.find(world, "env-demo", "request-1")
        assert (len(kept.log), set(kept.log)) == (KEPT_CHARACTERS, {"b"})
        assert (len(kept.result), set(kept.result)) == (KEPT_CHARACTERS, {"a"})

    def test_only_the_latest_are_kept(self, world, record, clock, monkeypatch):
        monkeypatch.setattr(invocation_records, "KEPT_INVOCATIONS", 10)
        for number in range(101):  # the hundredth after the first has the oldest forgotten
            record(number, at=clock.now())
        assert world.store.row("SELECT count(*) AS kept, min(number) AS first FROM invocations")["kept"] == 10
        assert invocation_records.find(world, "env-demo", "request-100") is not None


class TestTheAccount:
    def test_it_has_one_environment(self, cloud):
        (env,) = cloud.tcb("DescribeEnvs")["EnvList"]
        assert (env["EnvId"], env["Status"]) == ("env-demo", "NORMAL")
        assert env["Functions"][0]["Namespace"] == "env-demo"
        assert cloud.tcb("DescribeEnvs", EnvId="env-demo")["EnvList"] == [env]

    def test_another_ones_is_not_told(self, cloud):
        assert cloud.tcb("DescribeEnvs", EnvId="env-other")["EnvList"] == []

    def test_it_has_a_number(self, cloud):
        assert cloud.tcb("DescribeTcbAccountInfo")["CloudAppId"] == 1250000000

    def test_no_http_route_leads_to_a_function(self, cloud):
        assert cloud.tcb("DescribeCloudBaseGWAPI", ServiceId="env-demo", Name="greet")["APISet"] == []
