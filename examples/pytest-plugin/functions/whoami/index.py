"""A cloud function: who calls?"""

import json


def main(event, context):
    caller = json.loads(context["environment"])  # set by the platform for this invocation: nobody can fake it
    return {"openid": caller["WX_OPENID"], "greeting": f"Hello, {event['name']}"}
