import tempfile
from pathlib import Path

import pytest

from wxcloud.errors import InvalidSetting
from wxcloud.settings import Settings


def test_defaults_are_the_real_wechat_and_its_stable_token():
    settings = Settings.at_start({})
    assert settings.api_base == "https://api.weixin.qq.com"
    assert settings.token_kind == "stable_token"
    assert settings.forced_transport is None
    assert settings.timeouts == (3.0, 5.0)
    assert settings.store(is_on_scf=False) == ("sqlite", str(Path(tempfile.gettempdir()) / "wxcloud.sqlite3"))
    assert settings.store(is_on_scf=True) == ("cloudbase", "")


def test_each_variable_has_its_say():
    settings = Settings.at_start(
        {
            "WX_APPID": "wx1",
            "WX_SECRET": "s1",
            "WX_API_BASE": "http://127.0.0.1:8080/",
            "WX_TOKEN_KIND": "token",
            "WX_TRANSPORT": "https",
            "WX_CONNECT_TIMEOUT": "0.5",
            "WX_READ_TIMEOUT": "2",
            "WX_STORE": "sqlite:/mnt/sessions.sqlite3",
        }
    )
    assert (settings.appid, settings.secret, settings.api_base) == ("wx1", "s1", "http://127.0.0.1:8080")
    assert (settings.token_kind, settings.timeouts) == ("token", (0.5, 2.0))
    assert settings.forced_transport == "https"
    assert settings.store(is_on_scf=True) == ("sqlite", "/mnt/sessions.sqlite3")


def test_later_changes_of_the_environment_do_not_reach_them():
    environ = {"WX_APPID": "wx1"}
    settings = Settings.at_start(environ)
    environ["WX_APPID"] = "wx2"
    assert settings.appid == "wx1"


def test_the_secret_is_not_in_their_repr():
    assert "s3cret" not in repr(Settings.at_start({"WX_SECRET": "s3cret"}))


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("WX_APPID", "", "appid"),
        ("WX_SECRET", "", "secret"),
        ("WX_API_BASE", "api.weixin.qq.com", "api_base"),
        ("WX_API_BASE", "ftp://api.weixin.qq.com", "api_base"),
        ("WX_API_BASE", "https://", "api_base"),
        ("WX_API_BASE", "https://[::1", "api_base"),
        ("WX_API_BASE", "https://api.weixin.qq.com?", "api_base"),
        ("WX_API_BASE", "https://api.weixin.qq.com#x", "api_base"),
        ("WX_TOKEN_KIND", "stabletoken", "token_kind"),
        ("WX_TRANSPORT", "HTTPS", "forced_transport"),
        ("WX_CONNECT_TIMEOUT", "soon", "timeouts"),
        ("WX_READ_TIMEOUT", "0", "timeouts"),
        ("WX_READ_TIMEOUT", "-1", "timeouts"),
        ("WX_READ_TIMEOUT", "inf", "timeouts"),
        ("WX_READ_TIMEOUT", "nan", "timeouts"),
    ],
)
def test_an_unusable_setting_is_named(name, value, read):
    with pytest.raises(InvalidSetting, match=name) as refused:
        getattr(Settings.at_start({name: value}), read)
    assert refused.value.errCode == -501009


def test_loading_the_sdk_without_any_setting_is_no_error(deploy):
    unset = dict.fromkeys(["WX_APPID", "WX_SECRET", "WX_API_BASE", "WX_STORE"], "")
    assert callable(deploy("login", **unset).main)
