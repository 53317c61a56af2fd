"""What is deployed: the declarations that Tencent's CLI reads too."""

from wxemu.scf.project.config_file import ProjectError
from wxemu.scf.project.project import (
    CONFIG_NAMES,
    FUNCTION_NAME,
    MOST_VARIABLE_BYTES,
    TEMPLATE,
    VARIABLE_NAME,
    FunctionSpec,
    Project,
    declared_file,
    load_project,
    read_openapi_permissions,
    template_variables,
    variables_bytes,
)

__all__ = [
    "CONFIG_NAMES",
    "FUNCTION_NAME",
    "MOST_VARIABLE_BYTES",
    "TEMPLATE",
    "VARIABLE_NAME",
    "FunctionSpec",
    "Project",
    "ProjectError",
    "declared_file",
    "load_project",
    "read_openapi_permissions",
    "template_variables",
    "variables_bytes",
]
