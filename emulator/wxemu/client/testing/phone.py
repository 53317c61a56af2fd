"""The mini program's APIs on a simulated phone, and what the user and an attacker do to that phone.

MiniProgramError
    What `fail` of a mini program's API gets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from wxemu.phone import operations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wxemu.client.testing.connection import Connection

Answer = TypeVar("Answer", bound=operations.Answer)
Profile: TypeAlias = Literal["android", "ios", "huawei", "none"]
Mode: TypeAlias = Literal["fingerPrint", "facial", "speech"]
Outcome: TypeAlias = Literal["match", "mismatch", "lockout", "cancel", "unauthorized", "internal", "killed"]
Override: TypeAlias = Literal["tamperedRaw", "bogusSignature", "foreignKey", "wrongSalt", "staleCounter"]


class MiniProgramError(Exception):
    """What `fail` of a mini program's API gets.

    :param err_code: its errCode; ``None`` where the API has none.
    :param err_msg: its errMsg.
    """

    def __init__(self, err_code: int | None, err_msg: str) -> None:
        is_told = err_code is None or str(err_code) in err_msg
        super().__init__(err_msg if is_told else f"{err_msg} (errCode {err_code})")
        self.err_code = err_code
        self.err_msg = err_msg


class CloudID(str):
    """A cloudID, as ``wx.cloud.CloudID`` marks it: ``call_function`` lets the function find the data in its place."""

    __slots__ = ()


@dataclass(frozen=True)
class Confirmation:
    """What `success` of wx.startSoterAuthentication gets.

    :param auth_mode: with what the user confirmed: ``fingerPrint`` or ``facial``.
    :param result_json: resultJSON, the very text that is signed.
    :param result_json_signature: resultJSONSignature, base64.
    """

    auth_mode: str
    result_json: str
    result_json_signature: str

    @property
    def signed(self) -> dict[str, str]:
        """What a cloud call to soter.verifySignature takes beside the openid: jsonString and jsonSignature."""
        return {"jsonString": self.result_json, "jsonSignature": self.result_json_signature}


@dataclass(frozen=True)
class EncryptedData:
    """Data that only a server with the user's session_key can read.

    :param cloud_id: the same for a function, in which it becomes the data.
    """

    encrypted_data: str
    iv: str
    cloud_id: CloudID


@dataclass(frozen=True)
class UserInfo:
    """What `success` of wx.getUserInfo gets.

    :param raw_data: the very text of which ``signature`` is the SHA-1, with the session_key behind it.
    :param signature: ``None`` of a user who is not logged in, as ``encrypted``.
    """

    user_info: Mapping[str, Any]
    raw_data: str
    signature: str | None
    encrypted: EncryptedData | None


@dataclass(frozen=True)
class UserKey:
    """What `success` of getLatestUserKey gets; the server finds the key by its version.

    :param expire_time: Unix seconds.
    """

    encrypt_key: str
    iv: str
    version: int
    expire_time: int


@dataclass(frozen=True)
class Phone:
    """A phone in a user's hand. Each API returns what `success` gets, and raises what `fail` gets.

    :param modes: what it can recognise.
    :param openid: the user's.
    """

    phone_id: str
    profile: Profile
    modes: tuple[str, ...]
    openid: str
    emulator: Connection = field(repr=False)

    @property
    def counter(self) -> int:
        """Where the counter of the phone's TEE stands, as of the latest confirmation."""
        return self.emulator.call(operations.SHOW, phoneId=self.phone_id)["counter"]

    def login(self) -> str:
        """wx.login: a code, which a server may buy a session with once, within five minutes."""
        __tracebackhide__ = True
        return _require_success(self.emulator.call(operations.LOGIN, phoneId=self.phone_id))["code"]

    def check_session(self) -> bool:
        """wx.checkSession: whether the session of this phone's latest login is in force."""
        __tracebackhide__ = True
        answer = self.emulator.call(operations.CHECK_SESSION, phoneId=self.phone_id)
        return answer["errMsg"] == "checkSession:ok"

    def check_is_support_soter_authentication(self) -> list[str]:
        """wx.checkIsSupportSoterAuthentication: the modes."""
        __tracebackhide__ = True
        answer = self.emulator.call(operations.CHECK_SUPPORT, phoneId=self.phone_id)
        return _require_success(answer)["supportMode"]

    def check_is_soter_enrolled_in_device(self, mode: Mode) -> bool:
        """wx.checkIsSoterEnrolledInDevice: whether a finger or face is enrolled.

        :raises MiniProgramError: the phone does not have this mode.
        """
        __tracebackhide__ = True
        answer = self.emulator.call(operations.CHECK_ENROLLED, phoneId=self.phone_id, checkAuthMode=mode)
        return _require_success(answer)["isEnrolled"]

    def start_soter_authentication(
        self,
        challenge: str,
        *,
        modes: Sequence[Mode] | None = None,
        auth_content: str = "",
        outcome: Outcome = "match",
    ) -> Confirmation:
        """wx.startSoterAuthentication: the user confirms ``challenge`` with a finger or a face.

        :param modes: requestAuthModes; by default all that the phone has.
        :param outcome: what the user does in front of the sensor: ``match``, ``mismatch`` (90009), ``lockout`` (90010),
            ``cancel`` (90008), ``unauthorized`` (90002), ``internal`` (90007), ``killed`` (-1).
        :raises MiniProgramError: any outcome but ``match``, or what the phone refuses by itself.
        """
        __tracebackhide__ = True
        asked: list[str] = list(
            modes if modes is not None else self.modes or ("fingerPrint",)
        )  # a phone without any still asks
        answer = self.emulator.call(
            operations.START,
            phoneId=self.phone_id,
            requestAuthModes=asked,
            challenge=challenge,
            authContent=auth_content,
            outcome=outcome,
        )
        done = _require_success(answer)
        return Confirmation(done["authMode"], done["resultJSON"], done["resultJSONSignature"])

    def call_function(self, name: str, /, **data: Any) -> Any:
        """wx.cloud.callFunction: what the function returns for this user.

        :param data: the members of the event; one that is a ``CloudID`` becomes what that stands for.
        :raises MiniProgramError: there is no such function, or it has no result: its code raised, its time was up, ...
        """
        __tracebackhide__ = True
        cloud_ids = [member for member, value in data.items() if isinstance(value, CloudID)]
        answer = self.emulator.call(
            operations.CALL_FUNCTION, phoneId=self.phone_id, name=name, data=data, cloudIDs=cloud_ids
        )
        return _require_success(answer)["result"]

    def cloud_id(self, /, **data: Any) -> CloudID:
        """What stands beside encryptedData in the answers of wx.getWeRunData and its like, for any data."""
        __tracebackhide__ = True
        return CloudID(self.emulator.call(operations.CLOUD_ID, phoneId=self.phone_id, data=data)["cloudID"])

    def get_phone_number(self) -> str:
        """The code that a button with ``open-type="getPhoneNumber"`` gives when the user agrees."""
        __tracebackhide__ = True
        return self.emulator.call(operations.GET_PHONE_NUMBER, phoneId=self.phone_id)["code"]

    def get_user_info(self, **user_info: Any) -> UserInfo:
        """wx.getUserInfo: who the user is, with openId and unionId in what is encrypted.

        :param user_info: members in the place of the anonymous ones: ``nickName="Alice"``.
        """
        __tracebackhide__ = True
        return _user_info(self.emulator.call(operations.GET_USER_INFO, phoneId=self.phone_id, userInfo=user_info))

    def get_user_profile(self, **user_info: Any) -> UserInfo:
        """wx.getUserProfile: the same without openId and unionId."""
        __tracebackhide__ = True
        return _user_info(self.emulator.call(operations.GET_USER_PROFILE, phoneId=self.phone_id, userInfo=user_info))

    def get_latest_user_key(self) -> UserKey:
        """wx.getUserCryptoManager().getLatestUserKey: a key to encrypt with, which lives an hour."""
        __tracebackhide__ = True
        key = self.emulator.call(operations.GET_LATEST_USER_KEY, phoneId=self.phone_id)
        return UserKey(key["encryptKey"], key["iv"], key["version"], key["expireTime"])

    def set_user_cloud_storage(self, pairs: Mapping[str, str]) -> None:
        """wx.setUserCloudStorage: keep what a mini game knows of its user.

        :raises MiniProgramError: too many pairs, or one too long; nothing is kept then.
        """
        __tracebackhide__ = True
        kv_list = [{"key": key, "value": value} for key, value in pairs.items()]
        _require_success(self.emulator.call(operations.SET_CLOUD_STORAGE, phoneId=self.phone_id, KVDataList=kv_list))

    def get_user_cloud_storage(self, *keys: str) -> dict[str, str]:
        """wx.getUserCloudStorage: the pairs of these keys that are there."""
        __tracebackhide__ = True
        answer = self.emulator.call(operations.GET_CLOUD_STORAGE, phoneId=self.phone_id, keyList=list(keys))
        return _pairs(answer["KVDataList"])

    def remove_user_cloud_storage(self, *keys: str) -> None:
        """wx.removeUserCloudStorage: forget them."""
        __tracebackhide__ = True
        self.emulator.call(operations.REMOVE_CLOUD_STORAGE, phoneId=self.phone_id, keyList=list(keys))

    def get_friend_cloud_storage(self, *keys: str) -> dict[str, dict[str, str]]:
        """wx.getFriendCloudStorage: the pairs of all who play, the user among them, by openid."""
        __tracebackhide__ = True
        answer = self.emulator.call(operations.GET_FRIEND_STORAGE, phoneId=self.phone_id, keyList=list(keys))
        return {friend["openid"]: _pairs(friend["KVDataList"]) for friend in answer["data"]}

    def get_group_cloud_storage(self, share_ticket: str, /, *keys: str) -> dict[str, dict[str, str]]:
        """wx.getGroupCloudStorage: the same of the chat that a shareTicket stands for; any text will do.

        :raises MiniProgramError: an empty one.
        """
        __tracebackhide__ = True
        asked = self.emulator.call(
            operations.GET_GROUP_STORAGE, phoneId=self.phone_id, shareTicket=share_ticket, keyList=list(keys)
        )
        return {friend["openid"]: _pairs(friend["KVDataList"]) for friend in _require_success(asked)["data"]}

    def get_user_interactive_storage(self, *keys: str) -> EncryptedData:
        """wx.getUserInteractiveStorage: the user's numbers, for a server's eyes.

        :raises MiniProgramError: a key that is none of '1' to '50', or the user is not logged in.
        """
        __tracebackhide__ = True
        asked = self.emulator.call(operations.GET_INTERACTIVE_STORAGE, phoneId=self.phone_id, keyList=list(keys))
        return _encrypted_data(_require_success(asked))

    def modify_friend_interactive_storage(self, key: str, to_user: str) -> None:
        """wx.modifyFriendInteractiveStorage: add 1 to the number of a friend, who is any other user of the app.

        :raises MiniProgramError: a key that is none of '1' to '50' (-17008), nobody's openid (-17007), the user's own.
        """
        __tracebackhide__ = True
        change: operations.InteractiveChange = {
            "phoneId": self.phone_id,
            "key": key,
            "opNum": 1,
            "operation": "add",
            "toUser": to_user,
        }
        _require_success(self.emulator.call(operations.MODIFY_FRIEND_STORAGE, **change))

    def enrol(self, mode: Mode | None = None, *, count: int = 1) -> None:
        """Have so many fingers or faces enrolled in all; 0 removes them.

        :param mode: by default the phone's first.
        """
        __tracebackhide__ = True
        self.emulator.call(operations.ENROL, phoneId=self.phone_id, mode=mode, count=count)

    def override(self, *kinds: Override, until_cleared: bool = False) -> None:
        """Have an attacker's phone, or an honest one again.

        :param kinds: what it does: ``tamperedRaw``, ``bogusSignature``, ``foreignKey``, ``wrongSalt``,
            ``staleCounter``; several at once, or none for an honest phone.
        :param until_cleared: for all answers from now on, instead of for the next one.
        """
        __tracebackhide__ = True
        asked: Any = dict.fromkeys(kinds, True)
        self.emulator.call(operations.OVERRIDE, phoneId=self.phone_id, **asked, untilCleared=until_cleared)


def _require_success(answer: Answer) -> Answer:
    """The answer, if ``success`` gets it.

    :raises MiniProgramError: ``fail`` does.
    """
    __tracebackhide__ = True
    members: Mapping[str, Any] = answer
    if ":fail" in members.get("errMsg", ""):
        raise MiniProgramError(members.get("errCode"), members["errMsg"])
    return answer


def _pairs(kv_list: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {pair["key"]: pair["value"] for pair in kv_list}


def _encrypted_data(answer: operations.EncryptedData) -> EncryptedData:
    return EncryptedData(answer["encryptedData"], answer["iv"], CloudID(answer["cloudID"]))


def _user_info(answer: operations.UserInfo) -> UserInfo:
    return UserInfo(
        user_info=answer["userInfo"],
        raw_data=answer["rawData"],
        signature=answer.get("signature"),
        encrypted=_encrypted_data(answer) if "encryptedData" in answer else None,
    )
