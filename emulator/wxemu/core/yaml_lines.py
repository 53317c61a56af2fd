"""Where a value stands in a text of YAML, or of JSON, so that a complaint about it can name the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key or item that ``path`` leads to, or of the nearest one above it.

    ``None`` if there is no such key or item, or the text is no YAML: JSON is, unless tabs indent it.
    """
    import yaml  # noqa: PLC0415 - for a complaint

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    line = None
    for step in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        else:
            break
    return line
