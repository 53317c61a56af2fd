"""``wxemu phone``: hold a simulated phone; each command answers what ``success`` or ``fail`` would get."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from wxemu.cli.options import JsonObject, first_appid, json_option, running, show, url_option

if TYPE_CHECKING:
    from collections.abc import Mapping


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
def new(profile: str, appid: str | None, openid: str | None, url: str, *, is_json: bool) -> None:
    """A new phone, one finger or face enrolled."""
    remote = running(url)
    body = {"appid": appid or first_appid(remote), "profile": profile}
    if openid is not None:
        body["openid"] = openid
    show(remote.ask("POST", "/phone/v1/phones", body), is_json=is_json)


@phone.command("list")
@url_option
@json_option
def list_phones(url: str, *, is_json: bool) -> None:
    """Every phone."""
    show(running(url).ask("GET", "/phone/v1/phones"), is_json=is_json)


@phone.command()
@click.argument("phone_id", metavar="PHONE")
@url_option
@json_option
def remove(phone_id: str, url: str, *, is_json: bool) -> None:
    """Throw a phone away; WeChat forgets its AuthKey."""
    show(running(url).ask("DELETE", f"/phone/v1/phones/{phone_id}"), is_json=is_json)


def _do(url: str, phone_id: str, operation: str, body: Mapping[str, Any], *, is_json: bool) -> None:
    answer = running(url).ask("POST", f"/phone/v1/phones/{phone_id}/{operation}", body)
    show(answer, is_json=is_json)
    sys.exit(1 if ":fail" in answer.get("errMsg", "") else 0)


def _simple(operation: str, help_text: str) -> None:
    """A command for an operation that takes nothing but the phone."""

    @phone.command(operation, help=help_text)
    @click.argument("phone_id", metavar="PHONE")
    @url_option
    @json_option
    def run(phone_id: str, url: str, *, is_json: bool) -> None:
        _do(url, phone_id, operation, {}, is_json=is_json)


_simple("login", "wx.login: a code, good once for five minutes.")
_simple("checkSession", "wx.checkSession: is the login of this phone still valid?")
_simple("checkIsSupportSoterAuthentication", "How this phone can recognise its user.")


@phone.command("checkIsSoterEnrolledInDevice")
@click.argument("phone_id", metavar="PHONE")
@click.option("--mode", default="fingerPrint", show_default=True, help="fingerPrint or facial.")
@url_option
@json_option
def check_is_enrolled(phone_id: str, mode: str, url: str, *, is_json: bool) -> None:
    """Is a finger or face enrolled?"""
    _do(url, phone_id, "checkIsSoterEnrolledInDevice", {"checkAuthMode": mode}, is_json=is_json)


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
    body = {
        "requestAuthModes": list(modes),
        "challenge": challenge,
        "authContent": auth_content,
        "outcome": outcome,
    }
    _do(url, phone_id, "startSoterAuthentication", body, is_json=is_json)


@phone.command("callFunction")
@click.argument("phone_id", metavar="PHONE")
@click.argument("name")
@click.option("--data", type=JsonObject(), default="{}", help="What the mini program sends.")
@url_option
@json_option
def call_function(phone_id: str, name: str, data: dict[str, Any], url: str, *, is_json: bool) -> None:
    """wx.cloud.callFunction as this phone's user."""
    _do(url, phone_id, "callFunction", {"name": name, "data": data}, is_json=is_json)


@phone.command()
@click.argument("phone_id", metavar="PHONE")
@click.option("--mode", default="fingerPrint", show_default=True, help="fingerPrint or facial.")
@click.option("--count", type=click.IntRange(0), default=1, show_default=True, help="How many in all; 0 removes them.")
@url_option
@json_option
def enrol(phone_id: str, mode: str, count: int, url: str, *, is_json: bool) -> None:
    """Enrol fingers or faces."""
    _do(url, phone_id, "enrol", {"mode": mode, "count": count}, is_json=is_json)


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
    body = {**dict.fromkeys(kinds, True), "untilCleared": until_cleared}
    _do(url, phone_id, "override", body, is_json=is_json)
