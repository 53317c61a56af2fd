"""``POST /`` with X-TC-Action: the actions of SCF and of CloudBase (tcb) that deploying and invoking takes."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request

from emulator.cloudbase.tencentcloud import codec, scf, signature, tcb
from emulator.cloudbase.tencentcloud.call import Call
from emulator.cloudbase.tencentcloud.errors import ApiError, refusal
from emulator.world import journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.deployment import Deployment
    from emulator.world.apps import App
    from emulator.world.world import World

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Action:
    """One row of the table.

    :param service: whose version X-TC-Version names.
    :param answer: the members of the reply; it raises what ``errors.refusal`` knows.
    """

    service: str
    name: str
    answer: Callable[[Call], Mapping[str, Any]]


SERVICES: Final = {"2018-04-16": "scf", "2018-06-08": "tcb"}
"""The service that a version belongs to: on one port no host name tells."""
ACTIONS: Final = (
    Action("scf", "Invoke", scf.invoke),
    Action("scf", "InvokeFunction", scf.invoke_function),
    Action("scf", "ListFunctions", scf.list_functions),
    Action("scf", "GetFunction", scf.get_function),
    Action("scf", "CreateFunction", scf.create_function),
    Action("scf", "UpdateFunctionCode", scf.update_function_code),
    Action("scf", "UpdateFunctionConfiguration", scf.update_function_configuration),
    Action("scf", "DeleteFunction", scf.delete_function),
    Action("scf", "BatchCreateTrigger", scf.batch_create_trigger),
    Action("scf", "GetTempCosInfo", scf.get_temp_cos_info),
    Action("tcb", "DescribeEnvs", tcb.describe_envs),
    Action("tcb", "DescribeTcbAccountInfo", tcb.describe_tcb_account_info),
    Action("tcb", "DescribeCloudBaseGWAPI", tcb.describe_cloud_base_gw_api),
    Action("tcb", "GetFunctionLogs", tcb.get_function_logs),
    Action("tcb", "GetFunctionLogDetail", tcb.get_function_log_detail),
)
_BY_NAME: Final = {(action.service, action.name): action for action in ACTIONS}
_JOURNALED: Final = ("FunctionName", "Namespace", "EnvId", "LogRequestId")
"""What the journal keeps of a call: the rest is code, and variables that hold secrets."""
_JOURNALED_CHARACTERS: Final = 1000


def face(world: World, deployment: Deployment) -> Blueprint:
    """Tencent Cloud's API over ``world`` and ``deployment``."""
    routes = Blueprint("tencentcloud", __name__)
    routes.add_url_rule("/", "call", partial(_answer, world, deployment), methods=["POST"])
    routes.register_error_handler(Exception, partial(_refused, world))
    return routes


def _answer(world: World, deployment: Deployment) -> Response:
    started = time.perf_counter()
    body = request.get_data()  # before any decision: nobody is to wait for a slow client
    name = request.headers.get("X-TC-Action", "")
    service = _service(name)
    app, failed = None, None
    parameters = codec.Parameters({})
    with world.deciding():
        request_id = world.randomness.uuid()
    try:
        with world.deciding():
            app = signature.account(world, request, service=service)
        action = _action(service, name)
        parameters = codec.Parameters.decode(body)
        answer = codec.response(action.answer(Call(world, deployment, app, parameters)), request_id=request_id)
    except Exception as error:
        failed = refusal(error)
        if failed is None:
            raise
        answer = codec.failure(failed, request_id=request_id)
    cost_in_ms = (time.perf_counter() - started) * 1000
    _record(world, name, request_id, app, parameters, failed=failed, cost_in_ms=cost_in_ms)
    return answer


def _service(action: str) -> str:
    if not action:
        raise ApiError("MissingParameter", "The request is missing a required parameter `Action`.")
    service = SERVICES.get(request.headers.get("X-TC-Version", ""))
    if service is None:
        raise ApiError("NoSuchVersion", "The request `Version` is none of this emulator's.")
    return service


def _action(service: str, name: str) -> Action:
    action = _BY_NAME.get((service, name))
    if action is None:
        raise ApiError("InvalidAction", "The request `Action` is invalid or not found.")
    return action


def _refused(world: World, error: Exception) -> Response:
    failed = refusal(error)
    if failed is None:
        _log.exception("a fault of the emulator, answered as InternalError", exc_info=error)
        failed = ApiError("InternalError", "An internal error has occurred. Retry your request later.")
    with world.deciding():
        return codec.failure(failed, request_id=world.randomness.uuid())


def _record(
    world: World,
    action: str,
    request_id: str,
    app: App | None,
    parameters: codec.Parameters,
    *,
    failed: ApiError | None,
    cost_in_ms: float,
) -> None:
    kept = {name: value for name in _JOURNALED if isinstance(value := parameters.members.get(name), str)}
    with world.deciding():
        journal.record(
            world,
            journal.Exchange(
                rid=request_id,
                at=world.clock.now(),
                face="tencentcloud",
                name=action,
                appid=None if app is None else app.appid,
                method="POST",
                url="/",
                request_body=json.dumps(kept)[:_JOURNALED_CHARACTERS],
                response_body="" if failed is None else json.dumps({"Code": failed.code, "Message": failed.message}),
                cost_in_ms=cost_in_ms,
                client_ip=request.remote_addr or "",
            ),
        )
