"""The page about the driver says what is there: its Python is Python, and its errors are all that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from modemtwin.host import aio, errors

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "driver.md").read_text("utf-8")


def test_every_block_of_python_compiles_and_calls_what_is_there() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) > 5
    for block in blocks:
        tree = compile(block, "driver.md", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "module":
                assert hasattr(aio.Module, node.attr), node.attr


def test_every_error_that_a_caller_meets_is_listed() -> None:
    listed = set(re.findall(r"`([A-Z]\w+)`", PAGE)) & set(dir(errors))
    families = {"ModemError", "PortError"}
    assert set(errors.__all__) - listed - families == {"ErrorResponse", "Unreadable"}
