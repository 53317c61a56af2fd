"""Web apps on several devices, and a function that does what it is asked for."""

import pytest
from web_app import WebApp

FUNCTION = """
import json, os

def main(event, context):
    asked = event.get("ask")
    if asked == "environment":
        return json.loads(context["environment"])
    if asked == "return":
        return event["value"]
    if asked == "error":
        raise ValueError("boom")
    if asked == "exit":
        os._exit(1)
    return event
"""


@pytest.fixture
def project(project_of):
    return project_of(FUNCTION)


@pytest.fixture
def app(web_app):
    return web_app


@pytest.fixture
def new_app(http):
    """A web app of another environment, or on another device."""
    return lambda **changes: WebApp(http, **changes)


@pytest.fixture
def token(app):
    return app.log_in()["access_token"]
