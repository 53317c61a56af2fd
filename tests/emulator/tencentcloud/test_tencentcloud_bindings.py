"""What leads to a function: triggers, and the paths of HTTP access, made through Tencent Cloud's API."""

import json

import pytest
from tencent_cloud import RefusedError


def test_triggers_are_kept_and_shown(cloud):
    def add(name, cron):
        triggers = [{"TriggerName": name, "Type": "timer", "TriggerDesc": cron}]
        cloud.call("BatchCreateTrigger", FunctionName="greet", Triggers=json.dumps(triggers), Count=1)

    add("warm", "0 */5 * * * * *")
    add("nightly", "0 0 2 * * * *")
    add("warm", "0 */9 * * * * *")
    shown = cloud.call("GetFunction", FunctionName="greet")["Triggers"]
    crons = {trigger["TriggerName"]: json.loads(trigger["TriggerDesc"])["cron"] for trigger in shown}
    assert crons == {"warm": "0 */9 * * * * *", "nightly": "0 0 2 * * * *"}


@pytest.mark.parametrize(
    ("triggers", "code"),
    [
        ("[", "InvalidParameterValue.Param"),
        ("{}", "InvalidParameter"),
        ("[1]", "InvalidParameter"),
        ("[{}]", "MissingParameter"),
        ('[{"Type": "cos"}]', "InvalidParameterValue.Type"),
        ('[{"Type": "timer", "TriggerName": "warm"}]', "MissingParameter"),
    ],
)
def test_triggers_that_cannot_be_are_refused(cloud, triggers, code):
    assert cloud.code_of_refusal("BatchCreateTrigger", FunctionName="greet", Triggers=triggers) == code


def paths(cloud, **of):
    return {
        api["Path"]: api["Name"] for api in cloud.tcb("DescribeCloudBaseGWAPI", ServiceId="env-demo", **of)["APISet"]
    }


def test_http_access_leads_a_path_to_a_function_until_it_is_deleted(cloud, http):
    assert paths(cloud) == {}
    cloud.tcb("CreateCloudBaseGWAPI", ServiceId="env-demo", Path="/hello/", Type=1, Name="greet")
    assert paths(cloud) == paths(cloud, Name="greet") == {"/hello": "greet"}
    assert paths(cloud, Name="fresh") == {}
    assert http.get("/http/env-demo/hello").status_code == 200
    cloud.tcb("DeleteCloudBaseGWAPI", ServiceId="env-demo", Type=1, Name="greet")
    assert http.get("/http/env-demo/hello").status_code == 404


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Path": "hello"}, "InvalidParameter"),
        ({"Type": 2}, "InvalidParameter"),
        ({"Name": "nobody"}, "ResourceNotFound.FunctionName"),
        ({"ServiceId": "env-other"}, "ResourceNotFound.Namespace"),
    ],
)
def test_a_path_that_cannot_be_is_refused(cloud, given, code):
    wanted = {"ServiceId": "env-demo", "Path": "/hello", "Type": 1, "Name": "greet", **given}
    with pytest.raises(RefusedError, match=f"^{code}: "):
        cloud.tcb("CreateCloudBaseGWAPI", **wanted)


def test_a_path_leads_to_one_function(cloud):
    wanted = {"ServiceId": "env-demo", "Path": "/hello", "Type": 1, "Name": "greet"}
    cloud.tcb("CreateCloudBaseGWAPI", **wanted)
    with pytest.raises(RefusedError, match=r"^InvalidParameter\.APICreated: "):
        cloud.tcb("CreateCloudBaseGWAPI", **wanted)
