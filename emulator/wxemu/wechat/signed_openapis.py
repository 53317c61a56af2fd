"""The part of THE TABLE that takes a login-state signature and more than that: storage of mini games, encrypt keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.wechat import encrypt_keys, login_state, sessions, user_storage, users
from wxemu.wechat.api import OK, Api, Parameter
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World
    from wxemu.wechat.api import Request

    Members = Mapping[str, Any]

ILLEGAL_OPENID: Final = 87081
"""Of interactive data, which does not say 40003 [doc]."""


def set_user_storage(world: World, request: Request) -> Members:
    """``POST /wxa/set_user_storage``."""
    user = users.require(world, request.appid, request["openid"])
    user_storage.store(world, user.appid, user.openid, user_storage.read_pairs(request["kv_list"]))
    return OK


def remove_user_storage(world: World, request: Request) -> Members:
    """``POST /wxa/remove_user_storage``."""
    user = users.require(world, request.appid, request["openid"])
    user_storage.remove(world, user.appid, user.openid, user_storage.read_keys(request["key"]))
    return OK


def set_user_interactive_data(world: World, request: Request) -> Members:
    """``POST /wxa/setuserinteractivedata``."""
    user = users.require(world, request.appid, request["openid"], errcode=ILLEGAL_OPENID)
    numbers = user_storage.read_numbers(request["kv_list"])
    user_storage.store_interactive_data(world, user.appid, user.openid, numbers)
    return OK


def get_user_encrypt_key(world: World, request: Request) -> Members:
    """``GET /wxa/business/getuserencryptkey``; what is signed is empty, of a POST too [doc]."""
    try:
        session = sessions.check(
            world,
            appid=request.appid,
            openid=request["openid"],
            signature=request["signature"],
            sig_method=request["sig_method"],
        )
    except WeChatError as error:  # the list stands in a failure too [field]
        raise WeChatError(error.errcode, value=error.value, members={"key_info_list": []}) from None
    now = world.clock.now()
    keys = [
        {
            "encrypt_key": key.encrypt_key,
            "version": key.version,
            "expire_in": max(0, key.expires_at - int(now)),
            "iv": key.iv,
            "create_time": int(key.created_at),
        }
        for key in encrypt_keys.find(world, session.appid, session.openid)
    ]
    return {**OK, "key_info_list": keys}


SIGNED: Final[tuple[Api, ...]] = (
    Api(
        name="storage.setUserStorage",
        method="POST",
        path="/wxa/set_user_storage",
        summary="Keep pairs of key and text of a mini game's user",
        parameters=(
            login_state.OPENID,
            Parameter("kv_list", "objects with key and value, both text", missing=40101, kind=list),
        ),
        reply=OK,
        decide=set_user_storage,
        has_cloud_call=True,
        has_signed_body=True,
    ),
    Api(
        name="storage.removeUserStorage",
        method="POST",
        path="/wxa/remove_user_storage",
        summary="Forget such pairs",
        parameters=(login_state.OPENID, Parameter("key", "a list of keys", missing=40101, kind=list)),
        reply=OK,
        decide=remove_user_storage,
        has_cloud_call=True,
        has_signed_body=True,
    ),
    Api(
        name="storage.setUserInteractiveData",
        method="POST",
        path="/wxa/setuserinteractivedata",
        summary="Keep a mini game's interactive data of a user",
        parameters=(
            Parameter("openid", "the user's openid", missing=41009, invalid=ILLEGAL_OPENID),
            Parameter(
                "kv_list", "objects with key, '1' to '50', and value, a 32-bit integer", missing=40101, kind=list
            ),
        ),
        reply=OK,
        decide=set_user_interactive_data,
        has_cloud_call=True,
        has_signed_body=True,
        invalid_openid=ILLEGAL_OPENID,
    ),
    Api(
        name="internet.getUserEncryptKey",
        method="GET",
        path="/wxa/business/getuserencryptkey",
        summary="A user's last three keys, with which a phone may have encrypted",
        parameters=login_state.PARAMETERS,
        reply={**OK, "key_info_list": []},
        decide=get_user_encrypt_key,
        other_method="POST",
    ),
)
