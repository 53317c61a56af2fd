"""A cloud function: who calls?"""

import json


def main(event, context):
    caller = json.loads(context["environment"])  # comes with the invocation, so that nobody can pretend
    return {"openid": caller["WX_OPENID"], "greeting": f"Hello, {event['name']}"}
