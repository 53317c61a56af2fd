"""Answers on what WeChat keeps of a phone's user: who it is, the storage of a mini game, the keys to encrypt with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import open_data
from wxemu.core.http.serving import answers
from wxemu.core.text import is_text
from wxemu.phone import encrypted_data, operations
from wxemu.wechat import encrypt_keys, sessions, user_storage, users
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.phone.in_hand import InHand
    from wxemu.phone.operations import (
        Answer,
        CloudStorage,
        EncryptedData,
        FriendData,
        FriendStorage,
        GroupStorageKeys,
        InteractiveChange,
        NamedPhone,
        NewCloudStorage,
        StorageKeys,
        UserInfo,
        UserInfoRequest,
        UserKey,
    )

ANONYMOUS: Final[Mapping[str, Any]] = {
    "nickName": "微信用户",
    "gender": 0,
    "language": "",
    "city": "",
    "province": "",
    "country": "",
    "avatarUrl": "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BW"
    "miaIGuG1icwxaQX6grC9VemZoJ8rg/132",
}
"""What mini programs get of every user since 2021, in this order [field]."""
NO_FRIEND, ILLEGAL_OPENID, ILLEGAL_KEY, ILLEGAL_OPERATION, ILLEGAL_NUMBER = -17006, -17007, -17008, -17009, -17010
_FAILURES: Final = {
    NO_FRIEND: "not friend",
    ILLEGAL_OPENID: "invalid openid",
    ILLEGAL_KEY: "invalid key",
    ILLEGAL_OPERATION: "invalid operation",
    ILLEGAL_NUMBER: "invalid op num",
}
"""Of interactive data: codes [doc], the words of the key [field], the others [inferred]."""
_REASONS: Final = {
    40097: "parameter error: KVDataList should be an Array of {key: String, value: String}",
    87016: "some key-value in list meet length exceed",
    87018: "the number of key-value exceeds 128",
    87019: "some key-value in list meet length exceed",
}
"""That of a pair too long [field], from 2018; the others [inferred]."""


@answers(operations.SET_CLOUD_STORAGE)
def set_cloud_storage(held: InHand, given: NewCloudStorage) -> Answer:
    """Keep all pairs, or none."""
    try:
        pairs = user_storage.read_pairs(given["KVDataList"])
        user_storage.store(held.world, held.phone.appid, held.phone.openid, pairs)
    except WeChatError as error:
        return {"errMsg": f"setUserCloudStorage:fail {_REASONS[error.errcode]}"}
    return {"errMsg": "setUserCloudStorage:ok"}


@answers(operations.GET_CLOUD_STORAGE)
def get_cloud_storage(held: InHand, given: StorageKeys) -> CloudStorage:
    """The pairs of these keys that are there."""
    pairs = user_storage.find(held.world, held.phone.appid, held.phone.openid, given["keyList"])
    return {"KVDataList": _kv_list(pairs), "errMsg": "getUserCloudStorage:ok"}


@answers(operations.REMOVE_CLOUD_STORAGE)
def remove_cloud_storage(held: InHand, given: StorageKeys) -> Answer:
    """Forget the pairs of these keys."""
    user_storage.remove(held.world, held.phone.appid, held.phone.openid, given["keyList"])
    return {"errMsg": "removeUserCloudStorage:ok"}


@answers(operations.GET_FRIEND_STORAGE)
def get_friend_cloud_storage(held: InHand, given: StorageKeys) -> FriendStorage:
    """The pairs of these keys of all who play: here everybody is a friend of everybody."""
    return {"data": _of_players(held, given["keyList"]), "errMsg": "getFriendCloudStorage:ok"}


@answers(operations.GET_GROUP_STORAGE)
def get_group_cloud_storage(held: InHand, given: GroupStorageKeys) -> FriendStorage:
    """The same of the chat that a shareTicket stands for: everybody is in it."""
    if not given["shareTicket"]:
        return {"errMsg": "getGroupCloudStorage:fail invalid shareTicket"}
    return {"data": _of_players(held, given["keyList"]), "errMsg": "getGroupCloudStorage:ok"}


def _of_players(held: InHand, keys: Sequence[str]) -> list[FriendData]:
    world, appid = held.world, held.phone.appid
    return [
        {
            "avatarUrl": ANONYMOUS["avatarUrl"],
            "nickname": ANONYMOUS["nickName"],
            "openid": openid,
            "KVDataList": _kv_list(user_storage.find(world, appid, openid, keys)),
        }
        for openid in user_storage.players(world, appid)
    ]


@answers(operations.MODIFY_FRIEND_STORAGE)
def modify_friend_interactive_storage(held: InHand, given: InteractiveChange) -> Answer:
    """Add 1 to a number of a friend's; the user is not asked, and no checkInteractiveData."""
    world, appid, key, friend = held.world, held.phone.appid, given["key"], given.get("toUser") or ""
    refusals = (
        (given["operation"] != "add", ILLEGAL_OPERATION),
        (given["opNum"] != 1, ILLEGAL_NUMBER),
        (user_storage.INTERACTIVE_KEY.fullmatch(key) is None, ILLEGAL_KEY),
        (not is_text(friend) or users.find(world, appid, friend) is None, ILLEGAL_OPENID),
        (friend == held.phone.openid, NO_FRIEND),
    )
    errcode = next((errcode for is_wrong, errcode in refusals if is_wrong), None)
    if errcode is not None:
        return {"errMsg": f"modifyFriendInteractiveStorage:fail {_failure(errcode)}", "errCode": errcode}
    number = user_storage.find_interactive_data(world, appid, friend, [key]).get(key, 0)
    largest = user_storage.INT32 - 1
    user_storage.store_interactive_data(world, appid, friend, {key: min(number + 1, largest)})
    return {"errMsg": "modifyFriendInteractiveStorage:ok"}


def _failure(errcode: int) -> str:
    """In the form that developers have seen [field]."""
    return f"系统错误,错误码:{errcode},{_FAILURES[errcode]}"


@answers(operations.GET_INTERACTIVE_STORAGE)
def get_interactive_storage(held: InHand, given: StorageKeys) -> EncryptedData:
    """Interactive data, for a server's eyes."""
    world, phone = held.world, held.phone
    try:
        numbers = user_storage.find_interactive_data(world, phone.appid, phone.openid, given["keyList"])
    except WeChatError:
        return {"errMsg": f"getUserInteractiveStorage:fail {_failure(ILLEGAL_KEY)}", "errCode": ILLEGAL_KEY}
    encrypted = _encrypted(held, {"KVDataList": _kv_list(numbers)}, _session_key(held))
    if "encryptedData" not in encrypted:
        return {"errMsg": "getUserInteractiveStorage:fail not logged in"}
    return {**encrypted, "errMsg": "getUserInteractiveStorage:ok"}


@answers(operations.GET_LATEST_USER_KEY)
def get_latest_user_key(held: InHand, _given: NamedPhone) -> UserKey:
    """The key of now, which the server finds by its version."""
    key = encrypt_keys.latest(held.world, held.phone.appid, held.phone.openid)
    return {
        "encryptKey": key.encrypt_key,
        "iv": key.iv,
        "version": key.version,
        "expireTime": key.expires_at,
        "errMsg": "getLatestUserKey:ok",
    }


@answers(operations.GET_USER_INFO)
def get_user_info(held: InHand, given: UserInfoRequest) -> UserInfo:
    """Who the user is: for the mini program anonymously, for its server with openId and unionId."""
    user = users.require(held.world, held.phone.appid, held.phone.openid)
    ids = {"openId": user.openid, **({} if user.unionid is None else {"unionId": user.unionid})}
    return _user_info(held, given, "getUserInfo", ids)


@answers(operations.GET_USER_PROFILE)
def get_user_profile(held: InHand, given: UserInfoRequest) -> UserInfo:
    """The same without openId and unionId [doc]."""
    return _user_info(held, given, "getUserProfile", {})


def _user_info(held: InHand, given: UserInfoRequest, api: str, ids: Mapping[str, str]) -> UserInfo:
    info = {**ANONYMOUS, **given.get("userInfo", {})}
    raw_data = encrypted_data.compact_json(info)
    told: UserInfo = {"userInfo": info, "rawData": raw_data, "errMsg": f"{api}:ok"}
    session_key = _session_key(held) if given.get("withCredentials", True) else None
    if session_key is None:
        return told
    signature = hashlib.sha1(f"{raw_data}{session_key}".encode(), usedforsecurity=False).hexdigest()  # [doc]
    return {**told, "signature": signature, **_encrypted(held, {**ids, **info}, session_key)}


def _session_key(held: InHand) -> str | None:
    phone = held.phone
    return sessions.key_of_phone(held.world, appid=phone.appid, openid=phone.openid, code=phone.latest_code)


def _encrypted(held: InHand, data: Mapping[str, Any], session_key: str | None) -> EncryptedData:
    """The data for a server with the session_key, and for a function; nothing of a user who is not logged in."""
    if session_key is None:
        return {}
    phone = held.phone
    encrypted, iv = encrypted_data.encrypt(held.world, data, appid=phone.appid, session_key=session_key)
    cloud_id = open_data.issue(held.world, appid=phone.appid, openid=phone.openid, data=data)
    return {"encryptedData": encrypted, "iv": iv, "cloudID": cloud_id}


def _kv_list(pairs: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in pairs.items()]
