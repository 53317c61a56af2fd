"""``wxemu app`` and ``wxemu user``: tenants of a running emulator, and their users."""

from __future__ import annotations

import click

from wxemu.cli.options import JsonObject, connect, first_appid, json_option, quiet_option, say, show, url_option
from wxemu.control.operations import apps as operations
from wxemu.core.columns import in_columns
from wxemu.core.messages import Message, spoken
from wxemu.core.text import show_in_line

_HEADER = (
    Message("user", "用户"),
    Message("unionid", "unionid（唯一标识）"),
    Message("high risk", "高风险"),
    Message("phones", "手机"),
)


@click.group()
def app() -> None:
    """Mini programs: appid, AppSecret and CloudBase environment.

    \b
    Examples:
      wxemu app new
      wxemu app new --data '{"env": "env-mine", "users": [{"openid": "oAlice"}]}'
      wxemu app list
    """


@app.command("new")
@click.option("--data", type=JsonObject(), default="{}", help="An app as in a seed: JSON, @FILE, or -; any part of it.")
@url_option
@json_option
@quiet_option
def new_app(data: dict[str, object], url: str, *, is_json: bool, is_quiet: bool) -> None:
    """A new app; what --data leaves out of appid, secret and env is made up. The answer alone shows its secret."""
    added = connect(url).call(operations.ADD, body=data)
    say(added["appid"]) if is_quiet else show(added, is_json=is_json)


@app.command("list")
@url_option
@json_option
def list_apps(url: str, *, is_json: bool) -> None:
    """Every app."""
    show(connect(url).call(operations.LIST), is_json=is_json)


@app.command("show")
@click.argument("appid")
@url_option
@json_option
def show_app(appid: str, url: str, *, is_json: bool) -> None:
    """One app, and what it may be refused for."""
    show(connect(url).call(operations.SHOW, appid=appid), is_json=is_json)


@click.group()
def user() -> None:
    """Users of a mini program.

    \b
    Examples:
      wxemu user new
      wxemu user new --openid oMallory --high-risk
      wxemu user list
    """


@user.command("new")
@click.option("--openid", help="[default: a new one]")
@click.option("--unionid", help="[default: none]")
@click.option("--high-risk", is_flag=True, help="Whose login WeChat refuses (40226).")
@click.option("--appid", help="In which app. [default: the first]")
@url_option
@json_option
@quiet_option
def new_user(
    openid: str | None,
    unionid: str | None,
    appid: str | None,
    url: str,
    *,
    high_risk: bool,
    is_json: bool,
    is_quiet: bool,
) -> None:
    """A new user."""
    remote = connect(url)
    named = {"openid": openid, "unionid": unionid, "is_high_risk": high_risk or None}
    entry = {name: value for name, value in named.items() if value is not None}
    added = remote.call(operations.ADD_USER, appid=appid or first_appid(remote), body=entry)
    say(show_in_line(added["openid"])) if is_quiet else show(added, is_json=is_json)


@user.command("list")
@click.option("--appid", help="In which app. [default: the first]")
@url_option
@json_option
@quiet_option
def list_users(appid: str | None, url: str, *, is_json: bool, is_quiet: bool) -> None:
    """Every user of an app."""
    remote = connect(url)
    answer = remote.call(operations.LIST_USERS, appid=appid or first_appid(remote))
    users = answer["users"]
    if is_json:
        show(answer, is_json=True)
    elif is_quiet:
        for found in users:
            say(show_in_line(found["openid"]))
    elif users:
        yes = spoken(Message("yes", "是"))
        rows = [
            (found["openid"], found["unionid"], yes if found["is_high_risk"] else "", ", ".join(found["phones"]))
            for found in users
        ]
        say(in_columns(tuple(map(spoken, _HEADER)), rows))
    else:
        say(
            Message(
                "wxemu: there is no user; make one with `wxemu user new`", "wxemu：没有用户；请用 `wxemu user new` 新建"
            ),
            err=True,
        )
