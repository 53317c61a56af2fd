"""The table of ``/phone/v1``: what can be asked of simulated phones, and done on one.

Those of ``OF_MINI_PROGRAMS`` answer what ``success`` or ``fail`` of the API gets; the others arrange what these will
answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired, TypedDict

from wxemu.core.http.inputs import AnyText, Takes
from wxemu.core.http.operations import Operation
from wxemu.core.messages import Message

AnyObject = Annotated[Mapping[str, Any], Takes(has_surrogates=True)]


class PhonesChoice(TypedDict, total=False):
    appid: str | None


class NewPhone(TypedDict):
    appid: str
    profile: Annotated[str, Takes("android, ios, huawei or none")]
    openid: NotRequired[Annotated[str | None, Takes("Whose phone; by default a new user's")]]


class NamedPhone(TypedDict):
    phoneId: str


class EnrolledMode(NamedPhone):
    checkAuthMode: AnyText


class Prompt(NamedPhone):
    requestAuthModes: NotRequired[list[str] | None]
    challenge: NotRequired[AnyText | None]
    authContent: NotRequired[AnyText | None]


class Start(Prompt):
    outcome: NotRequired[AnyText | None]


class Enrol(NamedPhone):
    mode: NotRequired[AnyText | None]
    count: NotRequired[Annotated[int, Takes("In all; 0 removes them")]]


class Override(NamedPhone, total=False):
    tamperedRaw: bool
    bogusSignature: bool
    foreignKey: bool
    wrongSalt: bool
    staleCounter: bool
    untilCleared: bool


class OpenData(NamedPhone):
    data: NotRequired[AnyObject | None]


class CallFunction(OpenData):
    name: str
    env: NotRequired[AnyText | None]
    cloudIDs: NotRequired[Annotated[list[str] | None, Takes("Members of data that are wx.cloud.CloudID values")]]
    baseLibrary: NotRequired[Annotated[str | None, Takes("Its version: 2.10.0", has_surrogates=True)]]


class NewCloudStorage(NamedPhone):
    KVDataList: Annotated[Any, Takes("Objects with key and value, both text")]


class StorageKeys(NamedPhone):
    keyList: list[str]


class GroupStorageKeys(StorageKeys):
    shareTicket: AnyText


class InteractiveChange(NamedPhone):
    key: AnyText
    opNum: float
    operation: AnyText
    toUser: NotRequired[Annotated[AnyText | None, Takes("The friend's openid")]]


class UserInfoRequest(NamedPhone, total=False):
    withCredentials: bool
    userInfo: Annotated[Mapping[str, Any], Takes("Members of userInfo in the place of the anonymous ones")]


class WebRequest(NamedPhone):
    url: AnyText
    method: NotRequired[Annotated[str | None, Takes("GET, if it is not stated")]]
    header: NotRequired[Annotated[Mapping[str, Any] | None, Takes("Texts by name")]]
    body: NotRequired[AnyText | None]


class KnownMiniProgram(TypedDict, total=False):
    stamp: Annotated[str | None, Takes("Of the files that are known; if they are the same, the answer has none")]


class Phone(TypedDict):
    phoneId: str
    appid: str
    openid: str
    profile: str
    supportMode: list[str]
    enrolled: dict[str, int]
    cpuId: str
    uid: str
    counter: int
    failures: int
    lockedFor: float
    override: list[str]
    untilCleared: bool


class Phones(TypedDict):
    phones: list[Phone]


class Answer(TypedDict, total=False):
    errMsg: str
    errCode: int


class LoggedIn(Answer):
    code: str


class PhoneNumberCode(Answer):
    code: str


class SupportedModes(Answer):
    supportMode: list[str]


class IsEnrolled(Answer):
    isEnrolled: bool


class Confirmation(Answer, total=False):
    authMode: str
    authContent: str
    resultJSON: str
    resultJSONSignature: str


class CloudID(TypedDict):
    cloudID: str


class CloudStorage(Answer, total=False):
    KVDataList: list[dict[str, Any]]


class FriendData(TypedDict):
    avatarUrl: str
    nickname: str
    openid: str
    KVDataList: list[dict[str, Any]]


class FriendStorage(Answer, total=False):
    data: list[FriendData]


class WebAnswer(Answer, total=False):
    data: str
    statusCode: int
    header: dict[str, Any]
    cookies: list[str]


class MiniProgram(TypedDict):
    stamp: str
    folder: str
    files: NotRequired[dict[str, str]]
    pictures: NotRequired[dict[str, str]]


class EncryptedData(Answer, total=False):
    encryptedData: str
    iv: str
    cloudID: str


class UserInfo(EncryptedData, total=False):
    userInfo: dict[str, Any]
    rawData: str
    signature: str


class UserKey(Answer, total=False):
    encryptKey: str
    iv: str
    version: int
    expireTime: int


class CalledFunction(Answer, total=False):
    result: Any
    requestID: str


OWNERS: Final = {"callFunction": "cloud.", "getLatestUserKey": "getUserCryptoManager()."}
"""Of those that stand elsewhere than directly on ``wx``."""

_PHONES: Final = "/phone/v1/phones"
_PHONE: Final = f"{_PHONES}/{{phoneId}}"
LIST: Final = Operation("phones.list", "GET", _PHONES, PhonesChoice, Phones, "Every phone", tag="Phone")
CREATE: Final = Operation(
    "phones.create", "POST", _PHONES, NewPhone, Phone, "A new phone, one finger or face enrolled", tag="Phone"
)
SHOW: Final = Operation("phones.show", "GET", _PHONE, NamedPhone, Phone, "One phone", tag="Phone")
REMOVE: Final = Operation("phones.remove", "DELETE", _PHONE, NamedPhone, Phone, "Throw it away", tag="Phone")

LOGIN: Final = Operation("login", "POST", f"{_PHONE}/login", NamedPhone, LoggedIn, "What wx.login answers", tag="Phone")
CHECK_SESSION: Final = Operation(
    "checkSession", "POST", f"{_PHONE}/checkSession", NamedPhone, Answer, "What wx.checkSession answers", tag="Phone"
)
CHECK_SUPPORT: Final = Operation(
    "checkIsSupportSoterAuthentication",
    "POST",
    f"{_PHONE}/checkIsSupportSoterAuthentication",
    NamedPhone,
    SupportedModes,
    "What wx.checkIsSupportSoterAuthentication answers",
    tag="Phone",
)
CHECK_ENROLLED: Final = Operation(
    "checkIsSoterEnrolledInDevice",
    "POST",
    f"{_PHONE}/checkIsSoterEnrolledInDevice",
    EnrolledMode,
    IsEnrolled,
    "What wx.checkIsSoterEnrolledInDevice answers",
    tag="Phone",
)
PROMPT: Final = Operation(
    "promptSoterAuthentication",
    "POST",
    f"{_PHONE}/promptSoterAuthentication",
    Prompt,
    Confirmation,
    "What a page shows that lets somebody touch the sensor, or the end already",
    tag="Phone",
)
START: Final = Operation(
    "startSoterAuthentication",
    "POST",
    f"{_PHONE}/startSoterAuthentication",
    Start,
    Confirmation,
    "What wx.startSoterAuthentication answers",
    tag="Phone",
)
ENROL: Final = Operation("enrol", "POST", f"{_PHONE}/enrol", Enrol, Phone, "Enrol fingers or faces", tag="Phone")
OVERRIDE: Final = Operation(
    "override",
    "POST",
    f"{_PHONE}/override",
    Override,
    Phone,
    "Have the phone behave as an attacker's, or honestly again",
    closed=Message("an override", "作弊方式"),
    tag="Phone",
)
CLOUD_ID: Final = Operation(
    "cloudID",
    "POST",
    f"{_PHONE}/cloudID",
    OpenData,
    CloudID,
    "The cloudID that wx.getWeRunData and the like answer beside encryptedData",
    tag="Phone",
)
GET_PHONE_NUMBER: Final = Operation(
    "getPhoneNumber",
    "POST",
    f"{_PHONE}/getPhoneNumber",
    NamedPhone,
    PhoneNumberCode,
    "The event of a button with open-type getPhoneNumber, whose code phonenumber.getPhoneNumber takes",
    tag="Phone",
)
REQUEST: Final = Operation(
    "request",
    "POST",
    f"{_PHONE}/request",
    WebRequest,
    WebAnswer,
    "What wx.request answers, with data as text; to HTTP access and to the setting request_domains",
    tag="Phone",
)
MINI_PROGRAM: Final = Operation(
    "miniProgram.show",
    "GET",
    "/phone/v1/miniProgram",
    KnownMiniProgram,
    MiniProgram,
    "The files of the mini program that the phones run",
    tag="Phone",
)
CALL_FUNCTION: Final = Operation(
    "callFunction",
    "POST",
    f"{_PHONE}/callFunction",
    CallFunction,
    CalledFunction,
    "What wx.cloud.callFunction answers",
    tag="Phone",
)


def _user_data(name: str, takes: Any, answers: Any) -> Operation[..., Any, Any]:
    """What the phone does with the data that WeChat keeps of its user."""
    return Operation(
        name, "POST", f"{_PHONE}/{name}", takes, answers, f"What wx.{OWNERS.get(name, '')}{name} answers", tag="Phone"
    )


SET_CLOUD_STORAGE: Final = _user_data("setUserCloudStorage", NewCloudStorage, Answer)
GET_CLOUD_STORAGE: Final = _user_data("getUserCloudStorage", StorageKeys, CloudStorage)
REMOVE_CLOUD_STORAGE: Final = _user_data("removeUserCloudStorage", StorageKeys, Answer)
GET_FRIEND_STORAGE: Final = _user_data("getFriendCloudStorage", StorageKeys, FriendStorage)
GET_GROUP_STORAGE: Final = _user_data("getGroupCloudStorage", GroupStorageKeys, FriendStorage)
MODIFY_FRIEND_STORAGE: Final = _user_data("modifyFriendInteractiveStorage", InteractiveChange, Answer)
GET_INTERACTIVE_STORAGE: Final = _user_data("getUserInteractiveStorage", StorageKeys, EncryptedData)
GET_LATEST_USER_KEY: Final = _user_data("getLatestUserKey", NamedPhone, UserKey)
GET_USER_INFO: Final = _user_data("getUserInfo", UserInfoRequest, UserInfo)
GET_USER_PROFILE: Final = _user_data("getUserProfile", UserInfoRequest, UserInfo)

OF_MINI_PROGRAMS: Final = (
    LOGIN,
    CHECK_SESSION,
    CHECK_SUPPORT,
    CHECK_ENROLLED,
    START,
    CALL_FUNCTION,
    REQUEST,
    SET_CLOUD_STORAGE,
    GET_CLOUD_STORAGE,
    REMOVE_CLOUD_STORAGE,
    GET_FRIEND_STORAGE,
    GET_GROUP_STORAGE,
    MODIFY_FRIEND_STORAGE,
    GET_INTERACTIVE_STORAGE,
    GET_LATEST_USER_KEY,
    GET_USER_INFO,
    GET_USER_PROFILE,
)
BY_HAND: Final = (PROMPT, ENROL, OVERRIDE, CLOUD_ID, GET_PHONE_NUMBER)
TABLE: Final = (LIST, CREATE, SHOW, REMOVE, MINI_PROGRAM, *OF_MINI_PROGRAMS, *BY_HAND)
