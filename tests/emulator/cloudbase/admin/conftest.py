"""A function that tells its environment, and what a cloud call verifies."""

import pytest

FUNCTION = """
import json

def main(event, context):
    if isinstance(event, dict) and event.get("ask") == "environment":
        return json.loads(context["environment"])
    return event
"""


@pytest.fixture
def project(project_of):
    return project_of(FUNCTION)


@pytest.fixture
def verification(new_phone):
    """The parameters by which Alice's own confirmation is verified."""
    confirmed = new_phone(openid="oAlice").confirm("订单/1")
    return {
        "openid": "oAlice",
        "json_string": confirmed["resultJSON"],
        "json_signature": confirmed["resultJSONSignature"],
    }
