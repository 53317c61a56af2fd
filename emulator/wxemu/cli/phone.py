"""``wxemu phone``: hold a simulated phone; each command answers what ``success`` or ``fail`` would get."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import click

from wxemu.cli.options import JsonObject, connect, first_appid, json_option, quiet_option, say, show, url_option
from wxemu.core.columns import in_columns
from wxemu.core.messages import Message, spoken
from wxemu.phone import operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.http.operations import Operation
    from wxemu.phone.operations import InteractiveChange, NamedPhone, Override, Start
    from wxemu.phone.operations import Phone as PhoneState


_HEADER = (
    Message("phone", "手机"),
    Message("user", "用户"),
    Message("profile", "型号"),
    Message("enrolled", "已录入"),
    Message("counter", "计数器"),
    Message("attacker's", "攻击者"),
    Message("app", "应用"),
)


@click.group()
def phone() -> None:
    """Hold a simulated phone and do what a mini program does on it.

    \b
    Examples:
      wxemu phone new --profile huawei
      wxemu phone login PHONE
      wxemu phone startSoterAuthentication PHONE --challenge order-1 --mode facial
      wxemu phone callFunction PHONE checkSession
      wxemu phone override PHONE --kind tamperedRaw
    """


@phone.command()
@click.option("--profile", default="android", show_default=True, help="android, ios, huawei or none.")
@click.option("--appid", help="In which app. [default: the first of the seed]")
@click.option("--openid", help="Whose phone. [default: a new user's]")
@url_option
@json_option
@quiet_option
def new(profile: str, appid: str | None, openid: str | None, url: str, *, is_json: bool, is_quiet: bool) -> None:
    """A new phone, one finger or face enrolled."""
    remote = connect(url)
    appid = appid or first_appid(remote)
    made = remote.call(operations.CREATE, appid=appid, profile=profile, openid=openid)
    say(made["phoneId"]) if is_quiet else show(made, is_json=is_json)


@phone.command("list")
@url_option
@json_option
@quiet_option
def list_phones(url: str, *, is_json: bool, is_quiet: bool) -> None:
    """Every phone."""
    answer = connect(url).call(operations.LIST)
    phones = answer["phones"]
    if is_json:
        show(answer, is_json=True)
    elif is_quiet:
        for found in phones:
            say(found["phoneId"])
    elif phones:
        header = tuple(map(spoken, _HEADER))
        say(in_columns(header, map(_row, phones), right=(header[4],)))
    else:
        say(
            Message(
                "wxemu: there is no phone; make one with `wxemu phone new`",
                "wxemu：没有手机；请用 `wxemu phone new` 新建",
            ),
            err=True,
        )


def _row(found: PhoneState) -> tuple[object, ...]:
    enrolled = ", ".join(f"{count} {mode}" for mode, count in found["enrolled"].items() if count)
    kinds = ", ".join(found["override"])
    return found["phoneId"], found["openid"], found["profile"], enrolled, found["counter"], kinds, found["appid"]


@phone.command()
@click.argument("phone_id", metavar="PHONE")
@url_option
@json_option
def remove(phone_id: str, url: str, *, is_json: bool) -> None:
    """Throw a phone away; WeChat forgets its AuthKey."""
    show(connect(url).call(operations.REMOVE, phoneId=phone_id), is_json=is_json)


def _finish(answer: Mapping[str, Any], *, is_json: bool) -> None:
    """Show what ``success`` or ``fail`` gets; the exit code tells which."""
    show(answer, is_json=is_json)
    sys.exit(1 if ":fail" in answer.get("errMsg", "") else 0)


def _add_command(operation: Operation[..., NamedPhone, Any], help_text: str) -> None:
    """A command for an operation that takes nothing but the phone."""

    @phone.command(operation.name, help=help_text)
    @click.argument("phone_id", metavar="PHONE")
    @url_option
    @json_option
    def run(phone_id: str, url: str, *, is_json: bool) -> None:
        _finish(connect(url).call(operation, phoneId=phone_id), is_json=is_json)


@phone.command("login")
@click.argument("phone_id", metavar="PHONE")
@url_option
@json_option
@quiet_option
def log_in(phone_id: str, url: str, *, is_json: bool, is_quiet: bool) -> None:
    """wx.login: a code, good once for five minutes."""
    answer = connect(url).call(operations.LOGIN, phoneId=phone_id)
    if is_quiet and "code" in answer:
        say(answer["code"])
    else:
        _finish(answer, is_json=is_json)


_add_command(operations.CHECK_SESSION, "wx.checkSession: is the login of this phone still valid?")
_add_command(operations.CHECK_SUPPORT, "How this phone can recognise its user.")
_add_command(operations.GET_PHONE_NUMBER, "The code of a button with open-type getPhoneNumber, good once.")
_add_command(operations.GET_LATEST_USER_KEY, "wx.getUserCryptoManager().getLatestUserKey: a key to encrypt with.")


def _add_command_of_keys(operation: Operation[..., Any, Any], help_text: str) -> None:
    """A command for an operation that takes a keyList."""

    @phone.command(operation.name, help=help_text)
    @click.argument("phone_id", metavar="PHONE")
    @click.option("--key", "keys", multiple=True, required=True, help="May be repeated.")
    @url_option
    @json_option
    def run(phone_id: str, keys: tuple[str, ...], url: str, *, is_json: bool) -> None:
        _finish(connect(url).call(operation, phoneId=phone_id, keyList=list(keys)), is_json=is_json)


_add_command_of_keys(operations.GET_CLOUD_STORAGE, "wx.getUserCloudStorage: what a mini game keeps of the user.")
_add_command_of_keys(operations.REMOVE_CLOUD_STORAGE, "wx.removeUserCloudStorage: forget some of it.")
_add_command_of_keys(operations.GET_FRIEND_STORAGE, "wx.getFriendCloudStorage: the same of all who play.")
_add_command_of_keys(operations.GET_INTERACTIVE_STORAGE, "wx.getUserInteractiveStorage: encrypted, for a server.")


@phone.command("setUserCloudStorage")
@click.argument("phone_id", metavar="PHONE")
@click.option("--pair", "pairs", nargs=2, multiple=True, required=True, help="A key and a value. May be repeated.")
@url_option
@json_option
def set_cloud_storage(phone_id: str, pairs: tuple[tuple[str, str], ...], url: str, *, is_json: bool) -> None:
    """wx.setUserCloudStorage: keep pairs of a mini game's user."""
    kv_list = [{"key": key, "value": value} for key, value in pairs]
    _finish(connect(url).call(operations.SET_CLOUD_STORAGE, phoneId=phone_id, KVDataList=kv_list), is_json=is_json)


@phone.command("getGroupCloudStorage")
@click.argument("phone_id", metavar="PHONE")
@click.option("--share-ticket", required=True, help="Of the chat; any text will do.")
@click.option("--key", "keys", multiple=True, required=True, help="May be repeated.")
@url_option
@json_option
def get_group_storage(phone_id: str, share_ticket: str, keys: tuple[str, ...], url: str, *, is_json: bool) -> None:
    """wx.getGroupCloudStorage: the same of all in a chat."""
    asked = connect(url).call(
        operations.GET_GROUP_STORAGE, phoneId=phone_id, shareTicket=share_ticket, keyList=list(keys)
    )
    _finish(asked, is_json=is_json)


@phone.command("modifyFriendInteractiveStorage")
@click.argument("phone_id", metavar="PHONE")
@click.option("--key", required=True, help="1 to 50.")
@click.option("--to-user", required=True, help="The friend's openid.")
@url_option
@json_option
def modify_friend_storage(phone_id: str, key: str, to_user: str, url: str, *, is_json: bool) -> None:
    """wx.modifyFriendInteractiveStorage: add 1 to a friend's number."""
    asked: InteractiveChange = {"phoneId": phone_id, "key": key, "opNum": 1, "operation": "add", "toUser": to_user}
    _finish(connect(url).call(operations.MODIFY_FRIEND_STORAGE, **asked), is_json=is_json)


def _add_command_of_user_info(operation: Operation[..., Any, Any], help_text: str) -> None:
    """A command for an operation that tells who the user is."""

    @phone.command(operation.name, help=help_text)
    @click.argument("phone_id", metavar="PHONE")
    @click.option("--user-info", type=JsonObject(), default="{}", help="Members in the place of the anonymous ones.")
    @url_option
    @json_option
    def run(phone_id: str, user_info: dict[str, Any], url: str, *, is_json: bool) -> None:
        _finish(connect(url).call(operation, phoneId=phone_id, userInfo=user_info), is_json=is_json)


_add_command_of_user_info(operations.GET_USER_INFO, "wx.getUserInfo: with encryptedData for the server.")
_add_command_of_user_info(operations.GET_USER_PROFILE, "wx.getUserProfile: the same without openId and unionId.")


@phone.command("checkIsSoterEnrolledInDevice")
@click.argument("phone_id", metavar="PHONE")
@click.option("--mode", default="fingerPrint", show_default=True, help="fingerPrint or facial.")
@url_option
@json_option
def check_is_enrolled(phone_id: str, mode: str, url: str, *, is_json: bool) -> None:
    """Is a finger or face enrolled?"""
    _finish(connect(url).call(operations.CHECK_ENROLLED, phoneId=phone_id, checkAuthMode=mode), is_json=is_json)


@phone.command("startSoterAuthentication")
@click.argument("phone_id", metavar="PHONE")
@click.option("--challenge", required=True, help="What is to be confirmed, at most 511 characters.")
@click.option("--mode", "modes", multiple=True, default=["fingerPrint"], show_default=True, help="May be repeated.")
@click.option("--auth-content", default="", help="The text that the user sees, at most 42 characters.")
@click.option("--outcome", default="match", show_default=True, help="match, mismatch, cancel, lockout, ...")
@url_option
@json_option
def start_soter(
    phone_id: str, challenge: str, modes: tuple[str, ...], auth_content: str, outcome: str, url: str, *, is_json: bool
) -> None:
    """Ask the user for a finger or face, and sign the challenge. Exit code 1 if there is no signature."""
    asked: Start = {
        "phoneId": phone_id,
        "requestAuthModes": list(modes),
        "challenge": challenge,
        "authContent": auth_content,
        "outcome": outcome,
    }
    _finish(connect(url).call(operations.START, **asked), is_json=is_json)


@phone.command("callFunction")
@click.argument("phone_id", metavar="PHONE")
@click.argument("name")
@click.option("--data", type=JsonObject(), default="{}", help="What the mini program sends.")
@url_option
@json_option
def call_function(phone_id: str, name: str, data: dict[str, Any], url: str, *, is_json: bool) -> None:
    """wx.cloud.callFunction as this phone's user."""
    called = connect(url).call(operations.CALL_FUNCTION, phoneId=phone_id, name=name, data=data)
    _finish(called, is_json=is_json)


@phone.command()
@click.argument("phone_id", metavar="PHONE")
@click.option("--mode", default="fingerPrint", show_default=True, help="fingerPrint or facial.")
@click.option("--count", type=click.IntRange(0), default=1, show_default=True, help="How many in all; 0 removes them.")
@url_option
@json_option
def enrol(phone_id: str, mode: str, count: int, url: str, *, is_json: bool) -> None:
    """Enrol fingers or faces."""
    _finish(connect(url).call(operations.ENROL, phoneId=phone_id, mode=mode, count=count), is_json=is_json)


@phone.command()
@click.argument("phone_id", metavar="PHONE")
@click.option(
    "--kind", "kinds", multiple=True, help="tamperedRaw, bogusSignature, foreignKey, wrongSalt or staleCounter."
)
@click.option("--until-cleared", is_flag=True, help="Not for the next answer only.")
@url_option
@json_option
def override(phone_id: str, kinds: tuple[str, ...], url: str, *, until_cleared: bool, is_json: bool) -> None:
    """Let the phone behave as an attacker's; without --kind it is honest again."""
    asked = {"phoneId": phone_id, **dict.fromkeys(kinds, True), "untilCleared": until_cleared}
    answer = connect(url).call(operations.OVERRIDE, **cast("Override", asked))  # who refuses what is no kind
    _finish(answer, is_json=is_json)
