"""What is deployed: the declarations that Tencent's CLI reads too."""

from wxemu.scf.project.bindings import Trigger, is_access_path
from wxemu.scf.project.config_file import ProjectError
from wxemu.scf.project.cron import CronError
from wxemu.scf.project.cron import parse as parse_cron
from wxemu.scf.project.declaration import (
    CONFIG_NAMES,
    NOTHING,
    declared_file,
    describe_lack,
    find_declaration,
    find_project,
    has_declaration,
)
from wxemu.scf.project.entries import drop_function_keys
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
from wxemu.scf.project.project import Project, load_project, together
from wxemu.scf.project.templates import NO_OPTIONS, CliOptions, template_names, template_variables

__all__ = [
    "CONFIG_NAMES",
    "FUNCTION_NAME",
    "MOST_VARIABLE_BYTES",
    "NOTHING",
    "NO_OPTIONS",
    "VARIABLE_NAME",
    "CliOptions",
    "CronError",
    "FunctionSpec",
    "Project",
    "ProjectError",
    "Trigger",
    "declared_file",
    "describe_lack",
    "drop_function_keys",
    "find_declaration",
    "find_project",
    "has_declaration",
    "is_access_path",
    "is_runtime",
    "is_scf_runtime",
    "load_project",
    "parse_cron",
    "read_openapi_permissions",
    "template_names",
    "template_variables",
    "together",
    "variables_bytes",
]
