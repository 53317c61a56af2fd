"""SCF's actions (version 2018-04-16): functions, their code, and their invocation."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import outcome
from wxemu.core.http.recording import entry
from wxemu.scf.api_functions import FunctionError
from wxemu.scf.configuration import Configuration
from wxemu.scf.project import Trigger
from wxemu.scf.runtime import Identity, log
from wxemu.tencentcloud.codec import Parameters, format_time, list_of_objects
from wxemu.tencentcloud.cos import ticket, uploads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.catalogue import Deployed
    from wxemu.scf.runtime import JSONValue
    from wxemu.tencentcloud.call import Call

LOG_TAIL_BYTES: Final = 4096
"""Of an invocation's log, what the reply carries [doc]."""
MOST_FUNCTIONS: Final = 100
"""Functions in one reply [inferred]."""
LARGEST_SHOWN_CODE: Final = 1024 * 1024
"""Bytes of an entry file that GetFunction shows [doc]."""
_DEFAULT_FUNCTIONS: Final = 20
_NOTHING: Final[Mapping[str, Any]] = {}
_UNKNOWN_YET: Final[Mapping[str, Any]] = {
    "RetMsg": "",
    "ErrMsg": "",
    "Log": "",
    "Duration": 0,
    "BillDuration": 0,
    "MemUsage": 0,
    "InvokeResult": 0,
}
"""What the reply to an asynchronous invocation does not know yet: all but the request id."""


def invoke(call: Call) -> Mapping[str, Any]:
    """Run a function with ``ClientContext``, as the CLI and most SDKs do.

    With ``InvocationType`` Event the reply, which then carries no result, comes after the function's end all the same.
    """
    return _run(call, "ClientContext", kind=call.parameters.optional_text("InvocationType") or "RequestResponse")


def invoke_function(call: Call) -> Mapping[str, Any]:
    """Run a function with ``Event``, and wait for its result."""
    return _run(call, "Event", kind="RequestResponse")


def _run(call: Call, parameter: str, *, kind: str) -> Mapping[str, Any]:
    if kind not in ("RequestResponse", "Event"):
        raise FunctionError("InvalidParameterValue.InvokeType", f"InvocationType: got {kind!r}.")
    env, name, event = call.env(), call.parameters.text("FunctionName"), _event(call.parameters, parameter)
    wants_log = call.parameters.optional_text("LogType") == "Tail"
    spec = call.catalogue.find(env, name).spec
    done = call.deployment.invoke(name, event, Identity.of_server(call.app.appid, call.app.env))
    entry().rid, entry().outcome = done.request_id, outcome.of_members(done.result)
    result = log.api_result(done, log=_tail(log.lines(done, spec)) if wants_log else "")
    return {"Result": {**result, **_UNKNOWN_YET} if kind == "Event" else result}


def _event(parameters: Parameters, name: str) -> JSONValue:
    text = parameters.optional_text(name)
    try:
        event: JSONValue = {} if not text else json.loads(text)
    except (ValueError, RecursionError):
        raise FunctionError("InvalidParameterValue.Param", f"{name}: expected JSON.") from None
    return event


def _tail(text: str) -> str:
    return text.encode(errors="backslashreplace")[-LOG_TAIL_BYTES:].decode(errors="ignore")


def list_functions(call: Call) -> Mapping[str, Any]:
    """The functions of an environment, those of the project's folder among them."""
    env, parameters = call.env(), call.parameters
    offset, limit = parameters.number("Offset") or 0, parameters.number("Limit")
    limit = _DEFAULT_FUNCTIONS if limit is None else limit
    if offset < 0:
        raise FunctionError("InvalidParameterValue.Offset", f"Offset: expected 0 or more, got {offset}.")
    if not 0 <= limit <= MOST_FUNCTIONS:
        raise FunctionError("InvalidParameterValue.Limit", f"Limit: expected 0 to {MOST_FUNCTIONS}, got {limit}.")
    wanted = parameters.optional_text("SearchKey") or ""
    found = [deployed for deployed in call.catalogue.all(env) if wanted in deployed.spec.name]
    return {
        "Functions": [_summary(env, deployed) for deployed in found[offset : offset + limit]],
        "TotalCount": len(found),
    }


def get_function(call: Call) -> Mapping[str, Any]:
    """All about one function, with ``ShowCode`` TRUE its entry file too."""
    env = call.env()
    deployed = call.catalogue.find(env, call.parameters.text("FunctionName"))
    spec, function = deployed.spec, deployed.function
    shows_code = call.parameters.optional_text("ShowCode") == "TRUE"
    variables = [{"Key": key, "Value": value} for key, value in function.environment.items()]
    return {
        **_summary(env, deployed),
        "CodeInfo": _entry_file(deployed) if shows_code else "",
        "CodeSize": function.code_size,
        "CodeResult": "success",
        "CodeError": "",
        "ErrNo": 0,
        "Handler": spec.handler,
        "Timeout": spec.timeout_seconds,
        "MemorySize": spec.memory_megabytes,
        "FunctionVersion": "$LATEST",
        "Qualifier": "$LATEST",
        "Environment": {"Variables": variables},
        "Triggers": [_trigger(trigger) for trigger in function.triggers],
        "VpcConfig": {"VpcId": "", "SubnetId": ""},
        "InstallDependency": "FALSE",
        "AvailableStatus": "Available",
    }


def _summary(env: str, deployed: Deployed) -> dict[str, Any]:
    function = deployed.function
    return {
        "FunctionId": f"lam-{hashlib.sha256(f'{env}/{function.name}'.encode()).hexdigest()[:8]}",
        "FunctionName": function.name,
        "Namespace": env,
        "Runtime": function.runtime,
        "Type": "HTTP" if function.is_http else "Event",
        "Description": function.description,
        "Status": "Active",
        "StatusDesc": "",
        "StatusReasons": [],
        "Tags": [],
        "AddTime": format_time(function.added_at),
        "ModTime": format_time(function.modified_at),
    }


def _trigger(trigger: Trigger) -> dict[str, Any]:
    added = format_time(trigger.added_at)
    return {
        "TriggerName": trigger.name,
        "Type": trigger.kind,
        "TriggerDesc": json.dumps({"cron": trigger.description}),
        "Enable": 1,
        "AvailableStatus": "Available",
        "Qualifier": "$LATEST",
        "AddTime": added,
        "ModTime": added,
    }


def _entry_file(deployed: Deployed) -> str:
    folder = deployed.spec.directory.resolve()
    path = (folder / f"{deployed.spec.handler.rpartition('.')[0]}.py").resolve()
    if not path.is_relative_to(folder) or not path.is_file() or path.stat().st_size > LARGEST_SHOWN_CODE:
        return ""
    return path.read_text("utf-8", "replace")


def create_function(call: Call) -> Mapping[str, Any]:
    """Make a function."""
    env, name = call.env(), call.parameters.text("FunctionName")
    configuration = _configuration(
        call.parameters,
        runtime=call.parameters.optional_text("Runtime"),
        handler=call.parameters.optional_text("Handler"),
        is_http=_is_http(call.parameters),
    )
    call.catalogue.create(env, name, configuration, code=_code(call))
    return _NOTHING


def _is_http(parameters: Parameters) -> bool:
    kind = parameters.optional_text("Type") or "Event"
    if kind not in ("Event", "HTTP"):
        raise FunctionError("InvalidParameterValue.Type", f"Type: expected Event or HTTP, got {kind!r}.")
    return kind == "HTTP"


def update_function_code(call: Call) -> Mapping[str, Any]:
    """Replace a function's code, and its handler if one is named."""
    env, name = call.env(), call.parameters.text("FunctionName")
    handler = Configuration(handler=call.parameters.optional_text("Handler"))
    call.catalogue.update_code(env, name, handler, code=_code(call))
    return _NOTHING


def update_function_configuration(call: Call) -> Mapping[str, Any]:
    """Change a function's limits and variables, which are replaced as a whole; runtime and handler stay [doc]."""
    configuration = _configuration(call.parameters)
    call.catalogue.update_configuration(call.env(), call.parameters.text("FunctionName"), configuration)
    return _NOTHING


def delete_function(call: Call) -> Mapping[str, Any]:
    """Take a function away."""
    call.catalogue.delete(call.env(), call.parameters.text("FunctionName"))
    return _NOTHING


def batch_create_trigger(call: Call) -> Mapping[str, Any]:
    """Give a function timer triggers, which fire by the emulator's clock."""
    env, name = call.env(), call.parameters.text("FunctionName")
    try:
        triggers = list_of_objects("Triggers", json.loads(call.parameters.text("Triggers")))
    except (ValueError, RecursionError):
        raise FunctionError("InvalidParameterValue.Param", "Triggers: expected JSON.") from None
    now = call.world.clock.now()
    for trigger in triggers:
        if trigger.text("Type") != "timer":
            raise FunctionError("InvalidParameterValue.Type", "Type: CloudBase knows no trigger but timer.")
    call.catalogue.add_triggers(
        env,
        name,
        [Trigger(trigger.text("TriggerName"), "timer", trigger.text("TriggerDesc"), now) for trigger in triggers],
    )
    return _NOTHING


def get_temp_cos_info(call: Call) -> Mapping[str, Any]:
    """The permission to put one file into COS's temporary bucket, under today's date."""
    with call.world.transaction():
        granted = ticket.issue(call.world, call.app, call.parameters.text("ObjectPath"))
    return {"Date": granted.date, "Sign": granted.sign}


def _configuration(
    parameters: Parameters, *, runtime: str | None = None, handler: str | None = None, is_http: bool | None = None
) -> Configuration:
    environment = parameters.nested("Environment")
    return Configuration(
        runtime=runtime,
        handler=handler,
        timeout_seconds=parameters.number("Timeout"),
        memory_megabytes=parameters.number("MemorySize"),
        environment=None if environment is None else _variables(environment),
        description=parameters.optional_text("Description"),
        is_http=is_http,
    )


def _variables(environment: Parameters) -> dict[str, str]:
    variables = environment.list_of_nested("Variables")
    return {variable.text("Key"): variable.text("Value") for variable in variables}


def _code(call: Call) -> bytes:
    """The zip file that a call brings, or has put into the temporary bucket before.

    :raises FunctionError: MissingParameter.Code, InvalidParameterValue.ZipFileBase64BinasciiError,
        InvalidParameterValue.Code, ResourceNotFound.CosObject.
    """
    code = call.parameters.nested("Code") or call.parameters  # UpdateFunctionCode takes them bare as well [doc]
    zip_file, path = code.optional_text("ZipFile"), code.optional_text("TempCosObjectName")
    if zip_file is not None:
        try:
            return base64.b64decode(zip_file, validate=True)
        except ValueError:
            message = "ZipFile: expected a zip file in Base64."
            raise FunctionError("InvalidParameterValue.ZipFileBase64BinasciiError", message) from None
    if path is not None:
        with call.world.transaction():
            content = uploads.find_content(call.world, appid=call.app.appid, path=f"/{path.lstrip('/')}")
        if content is None:
            raise FunctionError("ResourceNotFound.CosObject", f"There is no temporary object {path!r}.")
        return content
    if code.members is call.parameters.members:
        raise FunctionError("MissingParameter.Code", "The request is missing a required parameter `Code`.")
    raise FunctionError("InvalidParameterValue.Code", "Code: only ZipFile and TempCosObjectName are emulated.")
