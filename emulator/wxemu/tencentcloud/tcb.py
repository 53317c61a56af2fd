"""CloudBase's own actions (tcb, version 2018-06-08): the environment, the account, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.scf import invocation_records
from wxemu.scf.project import is_access_path
from wxemu.scf.runtime.environment import ACCOUNT_APPID, REGION
from wxemu.tencentcloud.codec import format_time, parse_time
from wxemu.tencentcloud.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.invocation_records import Record
    from wxemu.tencentcloud.call import Call

MOST_LOGS: Final = 10_000
"""Offset and limit together [doc]."""
_DEFAULT_LOGS: Final = 20
_DATABASE: Final = "tnt-emulator"
"""The one database of an environment, by which clients make collections [src: @cloudbase/manager-node]; made up."""
_FUNCTION: Final = 1
"""What HTTP access leads to, by its number [doc]."""
_DAY: Final = 24 * 3600


def describe_envs(call: Call) -> Mapping[str, Any]:
    """The account's environment, if it is the one asked for; the members that the CLI reads [src]."""
    wanted = call.parameters.optional_text("EnvId")
    env = call.app.env
    if wanted not in (None, "", env):
        return {"EnvList": [], "Total": 0}
    described = {
        "EnvId": env,
        "Alias": env,
        "Source": "miniapp",
        "Status": "NORMAL",
        "EnvType": "baas",
        "Region": REGION,
        "Functions": [{"Namespace": env, "Region": REGION}],
        "Storages": [{"Region": REGION, "Bucket": f"{env}-{ACCOUNT_APPID}", "CdnDomain": "", "AppId": ACCOUNT_APPID}],
        "Databases": [{"InstanceId": _DATABASE, "Region": REGION, "Status": "RUNNING"}],
        "LogServices": [],
        "StaticStorages": [],
    }
    return {"EnvList": [described], "Total": 1}


def describe_tcb_account_info(_call: Call) -> Mapping[str, Any]:
    """The account's number, which is part of where its code is uploaded to [src]."""
    return {"CloudAppId": int(ACCOUNT_APPID), "Source": "miniapp"}


def describe_cloud_base_gw_api(call: Call) -> Mapping[str, Any]:
    """The paths of HTTP access that functions have, besides their names; the members that the CLI reads [src]."""
    env, name = call.env("ServiceId"), call.parameters.optional_text("Name")
    found = [
        {"APIId": f"{env}-{spec.name}", "Path": spec.path, "Type": _FUNCTION, "Name": spec.name, "EnvId": env}
        for spec in call.deployment.functions(env).values()
        if spec.path is not None and name in (None, "", spec.name)
    ]
    return {"APISet": found, "EnableService": True, "Total": len(found), "Offset": 0, "Limit": len(found)}


def create_cloud_base_gw_api(call: Call) -> Mapping[str, Any]:
    """Have HTTP access lead a path to a function.

    :raises ApiError: InvalidParameter.
    :raises FunctionError: ResourceNotFound.FunctionName, InvalidParameter.APICreated.
    """
    env, name, path = call.env("ServiceId"), call.parameters.text("Name"), call.parameters.text("Path")
    if call.parameters.number("Type") != _FUNCTION:
        raise ApiError("InvalidParameter", f"Type: only functions are emulated, which are {_FUNCTION}.")
    if not is_access_path(path):
        raise ApiError("InvalidParameter", "Path: expected /, then letters, digits, ., _ and -.")
    call.catalogue.set_path(env, name, path.rstrip("/") or path)
    return {"APIId": f"{env}-{name}"}


def delete_cloud_base_gw_api(call: Call) -> Mapping[str, Any]:
    """Take a function's path away.

    :raises FunctionError: ResourceNotFound.FunctionName.
    """
    call.catalogue.set_path(call.env("ServiceId"), call.parameters.text("Name"), None)
    return {"Count": 1}


def get_function_logs(call: Call) -> Mapping[str, Any]:
    """Which invocations of a function there were, newest first, in a span of a day at most [doc].

    :raises ApiError: InvalidParameterValue and its kin.
    :raises FunctionError: ResourceNotFound.Namespace.
    """
    parameters, env = call.parameters, call.env("EnvId")
    offset, limit = parameters.number("Offset") or 0, parameters.number("Limit") or _DEFAULT_LOGS
    if offset < 0 or limit < 0 or offset + limit > MOST_LOGS:
        raise ApiError("InvalidParameterValue", f"Offset and Limit: expected 0 to {MOST_LOGS} together.")
    since, until = _span(call)
    request_id = parameters.optional_text("LogRequestId")
    with call.world.transaction():
        if request_id:
            found = invocation_records.find(call.world, env, request_id)
            records = [] if found is None else [found]
        else:
            name = parameters.text("FunctionName")
            records = invocation_records.list_between(
                call.world, env, name, since=since, until=until, limit=limit, offset=offset
            )
    logs = [
        {
            "RequestId": record.request_id,
            "RetCode": _ret_code(record),
            "RetryNum": 0,
            "StartTime": format_time(record.at),
        }
        for record in records
    ]
    return {"LogList": logs}


def get_function_log_detail(call: Call) -> Mapping[str, Any]:
    """One invocation with its log.

    :raises ApiError: ResourceNotFound: this account has none with the id.
    """
    request_id = call.parameters.text("LogRequestId")
    with call.world.transaction():
        record = invocation_records.find(call.world, call.app.env, request_id)
    if record is None:
        raise ApiError("ResourceNotFound", f"There is no log of the request {request_id!r}.")
    return {
        "RequestId": record.request_id,  # the CLI prints it as the invocation's [src]
        "StartTime": format_time(record.at),
        "Duration": round(record.duration_ms, 3),
        "MemUsage": record.memory_bytes,
        "RetMsg": record.result,
        "LogJson": record.log,  # the platform's form is not known; the CLI prints it as it is [src]
    }


def _ret_code(record: Record) -> int:
    return 0 if record.is_ok else 1


def _span(call: Call) -> tuple[float, float]:
    """The last day, or what is asked for.

    :raises ApiError: InvalidParameterValue.
    """
    since, until = (call.parameters.optional_text(name) for name in ("StartTime", "EndTime"))
    end = call.world.clock.now() if not until else parse_time("EndTime", until)
    start = end - _DAY if not since else parse_time("StartTime", since)
    if not 0 <= end - start <= _DAY:
        raise ApiError("InvalidParameterValue", "StartTime and EndTime: expected a day at most from one to the other.")
    return start, end
