"""A cloud call: an openapi without access_token, for whichever protocol carried it.

OverloadError
    The gateway cannot serve now; ``code`` is one of ``faults.OVERLOADS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxemu.cloudbase import grants as permissions
from wxemu.cloudbase.grants import CloudCallError
from wxemu.core import apps, faults, journal
from wxemu.core.http import outages, recording
from wxemu.core.http.outages import OutageError
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.faults import Fault
    from wxemu.core.world import World


class OverloadError(Exception):
    """The gateway cannot serve now, as a fault wants it."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"{code} {faults.OVERLOADS[code]}")


def cloud_call(
    world: World, *, api_name: str, token: str, appid: str, given: Mapping[str, Any], client_ip: str
) -> Mapping[str, Any]:
    """WeChat's answer, with errcode and errmsg if it refuses: what a plain HTTPS call of the same openapi would get.

    :param api_name: as in ``permissions.openapi``: ``soter.verifySignature``.
    :param token: the wxCloudApiToken that the caller presents.
    :param appid: of the environment that is called.
    :param given: the openapi's parameters, in snake_case.
    :raises CloudCallError: the gateway refuses before WeChat is asked.
    :raises OverloadError: it does so because a fault wants it.
    :raises OutageError: a fault leaves the call without an answer of either.
    """
    entry = recording.entry()
    entry.api, entry.given = api_name.encode(errors="replace").decode(), given
    refused: CloudCallError | None = None
    fault = None
    with world.transaction():
        entry.rid = journal.new_rid(world)
        try:
            granted, api, app = permissions.authorise(world, api_name=api_name, token=token, appid=appid)
            entry.request_id = granted.request_id
            apps.check_permission(app, api.name)
            fault = faults.met_by_call(world, api=api.name, appid=appid, is_cloud_call=True)
            answer = api.answer(world, app, given, client_ip, fault)
        except WeChatError as error:
            # Through the gateway the errmsg carries a rid like any other [inferred].
            answer = {"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: {entry.rid}"}
            entry.remark = None if error.value is None else repr(error.value)
        except CloudCallError as error:
            refused = error
    if refused is not None:
        entry.errcode, entry.request_id = refused.code, refused.request_id
        raise refused
    entry.errcode = answer.get("errcode")
    if fault is not None:
        entry.remark = fault.remark
        outages.wait(fault)
        _raise_unanswered(fault, entry.request_id)
    return answer


def _raise_unanswered(fault: Fault, request_id: str | None) -> None:
    if fault.errcode in permissions.REFUSALS:
        recording.entry().errcode = fault.errcode
        raise CloudCallError(fault.errcode, request_id=request_id)
    if fault.errcode in faults.OVERLOADS:
        raise OverloadError(fault.errcode)
    if fault.is_abort or fault.status is not None:
        raise OutageError(fault)
