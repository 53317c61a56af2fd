"""``POST /`` with X-TC-Action: the actions of SCF and of CloudBase (tcb) that deploying and invoking takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request

from wxemu.core import troubles
from wxemu.core.http.application import make_application
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.tencentcloud import codec, scf, signature, tcb, tcb_collections
from wxemu.tencentcloud.call import Call
from wxemu.tencentcloud.cos import routes as cos
from wxemu.tencentcloud.errors import ApiError, refusal
from wxemu.wechat.routes import refuse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


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
    Action("tcb", "CreateCloudBaseGWAPI", tcb.create_cloud_base_gw_api),
    Action("tcb", "DeleteCloudBaseGWAPI", tcb.delete_cloud_base_gw_api),
    Action("tcb", "CreateTable", tcb_collections.create_table),
    Action("tcb", "DescribeDatabaseACL", tcb_collections.describe_database_acl),
    Action("tcb", "ModifyDatabaseACL", tcb_collections.modify_database_acl),
    Action("tcb", "GetFunctionLogs", tcb.get_function_logs),
    Action("tcb", "GetFunctionLogDetail", tcb.get_function_log_detail),
)
_BY_NAME: Final = {(action.service, action.name): action for action in ACTIONS}
INVOCATIONS: Final = (_BY_NAME["scf", "Invoke"], _BY_NAME["scf", "InvokeFunction"])
"""Whose answers the journal keeps; those of the others hold code, and variables that are secrets."""
JOURNALED: Final = (
    *("FunctionName", "Namespace", "EnvId", "LogRequestId", "InvocationType", "ClientContext", "Event"),
    *("TableName", "CollectionName", "AclTag"),
)
"""What the journal keeps of a call, for the same reason."""


def application(world: World, deployment: Deployment, access: Access) -> Flask:
    """Tencent Cloud's API and COS as a party of their own."""
    faces = face(world, deployment), cos.face(world)
    return make_application(*faces, world=world, access=access, refuse=partial(refuse_request, world))


def face(world: World, deployment: Deployment) -> Blueprint:
    """Tencent Cloud's API over ``world`` and ``deployment``."""
    routes = Blueprint("tencentcloud", __name__)
    keep_exchanges(routes, world, face="tencentcloud")
    routes.add_url_rule("/", "call", partial(_answer, world, deployment), methods=["POST"])
    routes.register_error_handler(Exception, _refuse)
    return routes


def _answer(world: World, deployment: Deployment) -> Response:
    present = entry()
    present.name, present.request_body, present.response_body = request.headers.get("X-TC-Action", ""), "", ""
    body = request.get_data()  # outside of any transaction, which a slow client would hold up
    service = _service(present.name)
    with world.transaction():
        app = signature.account(world, request, service=service)
    present.appid = app.appid
    action = _action(service, present.name)
    parameters = codec.Parameters.decode(body)
    present.request_body = _select_journaled(parameters)
    request_id = present.rid
    if action in INVOCATIONS:
        present.response_body = None
    return codec.response(action.answer(Call(world, deployment, app, parameters)), request_id=request_id)


def _select_journaled(parameters: codec.Parameters) -> str:
    return json.dumps({name: value for name in JOURNALED if isinstance(value := parameters.members.get(name), str)})


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


def _refuse(error: Exception) -> Response:
    failed = refusal(error)
    if failed is None:
        troubles.tell(error, "a fault of the emulator, answered as InternalError")
        failed = ApiError("InternalError", "An internal error has occurred. Retry your request later.")
    entry().fail(failed.code)
    entry().response_body = None
    return codec.failure(failed, request_id=entry().rid)
