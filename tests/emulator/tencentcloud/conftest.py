"""A project with functions, and two accounts of Tencent Cloud."""

import pytest
from tencent_cloud import TencentCloud

PROJECT = {
    "cloudbaserc.yaml": """
        envId: env-demo
        functions:
          - {name: greet, runtime: Python3.11, timeout: 5, envVariables: {WORD: hello}}
          - {name: fail, runtime: Python3.11}
        """,
    "config.json": '{"permissions": {"openapi": ["soter.verifySignature"]}}',
    "functions/greet/index.py": """\
import os

def main(event, context):
    print("greeting", event.get("who"))
    return {"said": os.environ["WORD"], "to": event.get("who")}
""",
    "functions/fail/index.py": 'def main(event, context):\n    raise ValueError("no")\n',
    "functions/_shared/words.py": 'WORD = "shared"\n',
}


@pytest.fixture
def project(tmp_path):
    for name, text in PROJECT.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "project"


@pytest.fixture
def other_cloud(http, other_tenant):
    return TencentCloud(http, other_tenant.secret_id, other_tenant.secret_key)
