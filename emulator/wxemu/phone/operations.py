"""The table of ``/phone/v1``: what can be asked of simulated phones, and done on one.

Those of ``OF_MINI_PROGRAMS`` answer what ``success`` or ``fail`` of the API gets; the others arrange what these will
answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired, TypedDict

from wxemu.core.http.inputs import AnyText, Takes
from wxemu.core.http.operations import Operation

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


class CalledFunction(Answer, total=False):
    result: Any
    requestID: str


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
    closed="an override",
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
CALL_FUNCTION: Final = Operation(
    "callFunction",
    "POST",
    f"{_PHONE}/callFunction",
    CallFunction,
    CalledFunction,
    "What wx.cloud.callFunction answers",
    tag="Phone",
)

OF_MINI_PROGRAMS: Final = (LOGIN, CHECK_SESSION, CHECK_SUPPORT, CHECK_ENROLLED, START, CALL_FUNCTION)
BY_HAND: Final = (PROMPT, ENROL, OVERRIDE, CLOUD_ID, GET_PHONE_NUMBER)
TABLE: Final = (LIST, CREATE, SHOW, REMOVE, *OF_MINI_PROGRAMS, *BY_HAND)
