"""Answers on functions: which there are, which run, and what one invocation is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.cloudbase.callers import app_caller
from wxemu.control import naming
from wxemu.control.operations import functions as operations
from wxemu.core.http.language import say
from wxemu.core.http.serving import answers

if TYPE_CHECKING:
    from wxemu.control.operations.functions import (
        Environment,
        EnvironmentChoice,
        Function,
        Functions,
        Instance,
        Instances,
    )
    from wxemu.control.platform import Platform
    from wxemu.core.http.operations import Nothing
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import InstanceState


@answers(operations.LIST)
def list_functions(platform: Platform, _given: Nothing) -> Functions:
    """What the project declares, and where it lies."""
    folder = platform.deployment.catalogue.directory
    return {
        "project": None if folder is None else str(folder),
        "functions": [_function(spec) for spec in platform.deployment.functions().values()],
    }


@answers(operations.SHOW_ENVIRONMENT)
def show_environment(platform: Platform, given: EnvironmentChoice) -> Environment:
    """What SCF would give to one invocation, so that a function in any language can be run by hand."""
    app = naming.require_app(platform.world, given.get("appid"))
    openid = given.get("openid")
    naming.require_user(platform.world, app, openid)
    caller = app_caller(platform.world, app.appid, openid=openid)
    return {"env": platform.deployment.environment(given.get("function"), caller)}


@answers(operations.LIST_INSTANCES)
def list_instances(platform: Platform, _given: Nothing) -> Instances:
    """Which instances of functions run now."""
    return {"instances": [_instance(instance) for instance in platform.deployment.instances()]}


def _function(spec: FunctionSpec) -> Function:
    return {
        "name": spec.name,
        "runtime": spec.runtime,
        "handler": spec.handler,
        "timeout": spec.timeout_seconds,
        "memorySize": spec.memory_megabytes,
        "type": "HTTP" if spec.is_http else "Event",
        "path": spec.access_path,
        "triggers": [{"name": trigger.name, "config": trigger.description} for trigger in spec.triggers],
        "openapi": sorted(spec.openapi_permissions),
        "problem": None if spec.problem is None else say(spec.problem),
    }


def _instance(instance: InstanceState) -> Instance:
    return {
        "function": instance.function,
        "appid": instance.appid,
        "env": instance.env,
        "process": instance.process,
        "state": "busy" if instance.is_busy else "idle",
        "sinceSeconds": instance.since_seconds,
        "invocations": instance.invocations,
        "memoryBytes": instance.memory_bytes,
        "coldStartMs": instance.init_ms,
    }
