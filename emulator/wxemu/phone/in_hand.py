"""Answers on what is done on a phone: what ``success`` or ``fail`` of a mini program's API gets, and arranging it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wxemu.cloudbase import open_data
from wxemu.core.http.body import member
from wxemu.core.http.serving import answers
from wxemu.phone import codec, confirmations, operations, phones
from wxemu.phone.confirmations import OUTCOMES, ConfirmationError
from wxemu.wechat import phone_numbers, sessions

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.phone.operations import (
        Answer,
        CloudID,
        Confirmation,
        Enrol,
        EnrolledMode,
        IsEnrolled,
        LoggedIn,
        NamedPhone,
        OpenData,
        Override,
        Phone,
        PhoneNumberCode,
        Prompt,
        Start,
        SupportedModes,
    )


@dataclass(frozen=True)
class InHand:
    """The phone on which something is done."""

    world: World
    phone: phones.Phone


def new_code(world: World, phone: phones.Phone) -> str:
    """The code of a wx.login, which a server may buy a session with once."""
    code = sessions.new_code(world, appid=phone.appid, openid=phone.openid)
    sessions.touch(world, phone.appid, phone.openid)
    phones.keep(world, replace(phone, latest_code=code))
    return code


@answers(operations.LOGIN)
def log_in(held: InHand, _given: NamedPhone) -> LoggedIn:
    """A code."""
    return {"code": new_code(held.world, held.phone), "errMsg": "login:ok"}


@answers(operations.CHECK_SESSION)
def check_session(held: InHand, _given: NamedPhone) -> Answer:
    """Whether the session of the latest login is in force."""
    world, phone = held.world, held.phone
    is_in_force = sessions.is_code_in_force(world, appid=phone.appid, openid=phone.openid, code=phone.latest_code)
    if not is_in_force:
        return {"errMsg": "checkSession:fail session time out, need relogin"}
    sessions.touch(world, phone.appid, phone.openid)
    return {"errMsg": "checkSession:ok"}


@answers(operations.CHECK_SUPPORT)
def check_support(held: InHand, _given: NamedPhone) -> SupportedModes:
    """The modes that the phone has a sensor for."""
    return {"supportMode": list(held.phone.profile.modes), "errMsg": "checkIsSupportSoterAuthentication:ok"}


@answers(operations.CHECK_ENROLLED)
def check_enrolled(held: InHand, given: EnrolledMode) -> IsEnrolled:
    """Whether a finger or face is enrolled."""
    phone, mode = held.phone, given["checkAuthMode"]
    if mode not in phone.profile.modes:
        return {"isEnrolled": False, "errMsg": "checkIsSoterEnrolledInDevice:fail not support"}
    return {"isEnrolled": bool(phone.enrolled.get(mode)), "errMsg": "checkIsSoterEnrolledInDevice:ok"}


@answers(operations.PROMPT)
def prompt(held: InHand, given: Prompt) -> Confirmation:
    """Before there is an outcome: what a page that lets somebody touch the sensor has to show, or the end already."""
    try:
        mode = confirmations.prompt(held.world, held.phone, **codec.request(given))
    except ConfirmationError as error:
        return codec.failed_confirmation(error)
    return {"authMode": mode, "authContent": given.get("authContent") or ""}


@answers(operations.START)
def start(held: InHand, given: Start) -> Confirmation:
    """The user confirms a challenge, or does not."""
    try:
        outcome = member(given.get("outcome") or "match", OUTCOMES)
        done = confirmations.confirm(held.world, held.phone, **codec.request(given), outcome=outcome)
    except ConfirmationError as error:
        return codec.failed_confirmation(error)
    return codec.confirmation(done)


@answers(operations.ENROL)
def enrol(held: InHand, given: Enrol) -> Phone:
    """Have so many fingers or faces enrolled."""
    mode = given.get("mode") or next(iter(held.phone.profile.modes), "fingerPrint")
    return codec.phone(held.world, phones.enrol(held.world, held.phone, mode=mode, count=given.get("count", 1)))


@answers(operations.OVERRIDE)
def override(held: InHand, given: Override) -> Phone:
    """Have an attacker's phone, or an honest one again."""
    kinds = tuple(kind for kind in phones.OVERRIDES if given.get(kind))
    wanted = phones.Override(kinds, is_lasting=given.get("untilCleared", False))
    return codec.phone(held.world, phones.override(held.world, held.phone, wanted))


@answers(operations.GET_PHONE_NUMBER)
def get_phone_number(held: InHand, _given: NamedPhone) -> PhoneNumberCode:
    """A code for the user's phone number, with the user's consent."""
    code = phone_numbers.new_code(held.world, appid=held.phone.appid, openid=held.phone.openid)
    return {"code": code, "errMsg": "getPhoneNumber:ok"}


@answers(operations.CLOUD_ID)
def issue_cloud_id(held: InHand, given: OpenData) -> CloudID:
    """A cloudID that buys ``data``."""
    phone, data = held.phone, given.get("data") or {}
    return {"cloudID": open_data.issue(held.world, appid=phone.appid, openid=phone.openid, data=data)}
