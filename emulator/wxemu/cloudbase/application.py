"""CloudBase as a party of its own: its five protocols, each with its own form of refusals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wxemu.cloudbase.access import routes as access_routes
from wxemu.cloudbase.admin import routes as admin
from wxemu.cloudbase.auth import routes as auth
from wxemu.cloudbase.httpapi import routes as httpapi
from wxemu.cloudbase.web import routes as web
from wxemu.core.http.application import make_application
from wxemu.core.http.plain_way import open_plain_way
from wxemu.wechat.routes import refuse_request

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


def application(world: World, deployment: Deployment, access: Access) -> Flask:
    """The gateway, the web SDK's two protocols, HTTP access and the login, over ``world`` and ``deployment``."""
    over_functions = (admin, web, httpapi, access_routes)
    faces = [protocol.face(world, deployment) for protocol in over_functions]
    refuse = partial(refuse_request, world)
    app = make_application(*faces, auth.face(world), world=world, access=access, refuse=refuse)
    open_plain_way(app, access, partial(admin.find, world, deployment))
    return app
