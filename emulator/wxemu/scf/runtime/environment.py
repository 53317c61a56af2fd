"""The environment variables of a function's process: those that Tencent documents, and the function's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.project import FunctionSpec

VERSION: Final = "$LATEST"
REGION: Final = "ap-shanghai"
# Tencent Cloud's account, which nothing here checks; the shapes are those of captures.
ACCOUNT_APPID: Final = "1250000000"
ACCOUNT_UIN: Final = "100000000001"

PLATFORM: Final = {
    "TENCENTCLOUD_RUNENV": "SCF",
    "TENCENTCLOUD_REGION": REGION,
    "TENCENTCLOUD_APPID": ACCOUNT_APPID,
    "TENCENTCLOUD_UIN": ACCOUNT_UIN,
    "TENCENTCLOUD_TZ": "UTC",
    "_SCF_SERVER_PORT": "28902",
}
"""Variables that tell a program that it runs on the platform [doc 583/32748]."""
PROCESS: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/home/qcloud",
    "USER": "qcloud",
    "LOGNAME": "qcloud",
    "SHELL": "/bin/bash",
    "SHLVL": "3",
    "LANG": "en_US.UTF8",
    "LC_ALL": "en_US.UTF8",
    "HOSTNAME": "localhost",  # the page says: {host id}
    "PWD": "/var/user",
    "_": "/var/lang/python3/bin/python3",
    "USER_CODE_ROOT": "/var/user/",
    "PYTHONPATH": "/var/user:/opt",
    "PYTHONDONTWRITEBYTECODE": "x",
    "LD_LIBRARY_PATH": "/var/runtime/java8:/var/user:/opt",
    "CLASSPATH": "/var/runtime/java8:/var/runtime/java8/lib/*:/opt",
    "NODE_PATH": "/var/user:/var/user/node_modules:/var/lang/node6/lib/node_modules:/opt:/opt/node_modules",
    "PHP_INI_SCAN_DIR": "/var/user/php_extension:/opt/php_extension",
}
"""Variables of a function's process on the platform's own machine [doc 583/32748], which would break a shell here."""
_FIXED: Final = ("USER_CODE_ROOT", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
"""Of these, what a function cannot change by its declaration, since its start depends on it."""


def function_variables(spec: FunctionSpec, platform: Mapping[str, str]) -> dict[str, str]:
    """Return a function's variables: those that it declares, and over them the `platform`'s.

    Where a project declares WX_STORE_KEY, and nobody has made a key yet, session keys are stored as they are.
    """
    declared = {**spec.environment}
    if declared.get("WX_STORE_KEY") == "":
        declared["WX_STORE_KEY"] = "none"
    return {**declared, **platform}


def instance_environment(
    spec: FunctionSpec, env: str, variables: Mapping[str, str], surroundings: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment of an instance's process: the platform's names and the function's `variables`.

    `surroundings` are this machine's. Where an instance cannot have the platform's places, it puts the real ones into
    the variables that name them.
    """
    return {
        "TZ": "UTC",
        **PROCESS,
        **surroundings,
        **variables,
        **PLATFORM,
        **{name: PROCESS[name] for name in _FIXED},
        "SCF_FUNCTIONNAME": spec.name,
        "SCF_FUNCTIONVERSION": VERSION,
        "SCF_NAMESPACE": env,
        "SCF_RUNTIME": spec.runtime,
    }
