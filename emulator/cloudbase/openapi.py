"""A cloud call: an openapi without access_token, for whichever protocol carried it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from emulator.world import journal, permissions
from emulator.world.errors import WeChatError
from emulator.world.permissions import CloudCallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.world import World


def cloud_call(
    world: World, *, api_name: str, token: str, appid: str, given: Mapping[str, Any], client_ip: str
) -> Mapping[str, Any]:
    """WeChat's answer, with errcode and errmsg if it refuses: what a plain HTTPS call of the same openapi would get.

    :param api_name: as in ``permissions.openapi``: ``soter.verifySignature``.
    :param token: the wxCloudApiToken that the caller presents.
    :param appid: of the environment that is called.
    :param given: the openapi's parameters, in snake_case.
    :raises CloudCallError: the gateway refuses before WeChat is asked.
    """
    started = time.perf_counter()
    with world.deciding():
        rid = journal.new_rid(world)
        refused: CloudCallError | None = None
        try:
            api, app = permissions.authorise(world, api_name=api_name, token=token, appid=appid)
            answer = api.answer(world, app, given, client_ip)
        except WeChatError as error:
            # Through the gateway the errmsg carries a rid like any other [inferred].
            answer = {"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: {rid}"}
        except CloudCallError as error:
            refused, answer = error, {"errcode": error.code, "errmsg": permissions.REFUSALS[error.code]}
        journal.record(
            world,
            journal.Exchange(
                rid=rid,
                at=world.clock.now(),
                face="cloudbase",
                name=api_name.encode(errors="replace").decode(),
                appid=appid,
                method="POST",
                url="/admin",
                request_body=json.dumps(given, default=repr),
                response_body=json.dumps(answer),
                cost_in_ms=(time.perf_counter() - started) * 1000,
                client_ip=client_ip,
            ),
        )
    if refused is not None:
        raise refused
    return answer
