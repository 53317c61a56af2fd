"""What is deployed: the declarations that Tencent's CLI reads too."""

from wxemu.scf.project.config_file import ProjectError
from wxemu.scf.project.declaration import (
    CONFIG_NAMES,
    NOTHING,
    declared_file,
    describe_lack,
    find_declaration,
    find_project,
    has_declaration,
)
from wxemu.scf.project.function_spec import FunctionSpec
from wxemu.scf.project.limits import (
    FUNCTION_NAME,
    MOST_VARIABLE_BYTES,
    VARIABLE_NAME,
    is_runtime,
    is_scf_runtime,
    variables_bytes,
)
from wxemu.scf.project.permissions import read_openapi_permissions
from wxemu.scf.project.project import Project, load_project
from wxemu.scf.project.templates import template_names, template_variables

__all__ = [
    "CONFIG_NAMES",
    "FUNCTION_NAME",
    "MOST_VARIABLE_BYTES",
    "NOTHING",
    "VARIABLE_NAME",
    "FunctionSpec",
    "Project",
    "ProjectError",
    "declared_file",
    "describe_lack",
    "find_declaration",
    "find_project",
    "has_declaration",
    "is_runtime",
    "is_scf_runtime",
    "load_project",
    "read_openapi_permissions",
    "template_names",
    "template_variables",
    "variables_bytes",
]
