"""Which faults of an openapi there can be: its name in THE TABLE, and an errcode that it can be answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.core import faults
from wxemu.core.faults import ANY, FaultError
from wxemu.wechat.errors import CLOUD_CALL_ERRMSG, ERRMSG
from wxemu.wechat.openapis import BY_NAME

if TYPE_CHECKING:
    from wxemu.core.faults import Fault
    from wxemu.core.world import World


def add(world: World, fault: Fault) -> Fault:
    """Have a fault, of openapis or of functions, wait for the calls that fit it.

    :raises FaultError: it cannot be.
    """
    faults.check(world, fault)
    if fault.api is not None:
        _check_api(fault.api)
        _check_errcode(fault, fault.api)
    return faults.add(world, fault)


def _check_api(api: str) -> None:
    if api != ANY and api not in BY_NAME:
        raise FaultError(f"api: expected {ANY} or one of {', '.join(BY_NAME)}, got {api!r}")


def _check_errcode(fault: Fault, api: str) -> None:
    if fault.errcode in CLOUD_CALL_ERRMSG:
        if fault.errmsg is not None:
            raise FaultError(f"errmsg: {fault.errcode} is the gateway's, which has its own text to it")
        if api != ANY and not BY_NAME[api].has_cloud_call:
            raise FaultError(f"errcode: {fault.errcode} is the gateway's, and {api} is not to be had by cloud call")
    elif fault.errcode is not None and fault.errcode not in ERRMSG and fault.errmsg is None:
        raise FaultError(f"errmsg: {fault.errcode} is not in the table of errors, so it needs a text")
