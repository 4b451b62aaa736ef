"""Join the page's ES modules into one classic script, which a browser runs from `file://` too.

Browsers refuse modules from files, so a static site gets this script instead. No parser is needed:
the page's modules keep to `import { name } from "./module.js";` and `export` before a function, a
class or a constant, and anything else is an error here, not a surprise in a browser.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_UNKNOWN = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle_modules(folder: Path, entry: str) -> str:
    """Return one script that does what the module `entry` and all that it imports do.

    Every module keeps a scope of its own and runs once, after those that it imports. Deterministic.

    Raises:
        ValueError: when modules import each other in a circle, or use a form not known here.
    """
    order: list[str] = []
    _collect(folder, entry, order, ())
    parts = [_wrap(folder, name) for name in order]
    return '(() => {\n"use strict";\n' + "".join(parts) + "})();\n"


def _collect(folder: Path, name: str, order: list[str], path: tuple[str, ...]) -> None:
    if name in path:
        raise ValueError(f"modules import each other: {' → '.join((*path, name))}")
    if name in order:
        return
    for match in _IMPORT.finditer(_read(folder, name)):
        _collect(folder, match.group(2), order, (*path, name))
    order.append(name)


def _wrap(folder: Path, name: str) -> str:
    text = _read(folder, name)
    exported = [match.group(2) for match in _EXPORT.finditer(text)]
    text = _IMPORT.sub(_take, text)
    text = _EXPORT.sub(r"\1 \2", text)
    if unknown := _UNKNOWN.search(text):
        raise ValueError(f"{name}.js has a form that cannot be bundled: {unknown.group()!r}")
    body = text.rstrip("\n")
    given = ", ".join(exported)
    return f"const {_scope(name)} = (() => {{\n{body}\nreturn {{ {given} }};\n}})();\n"


def _take(match: re.Match[str]) -> str:
    names = ", ".join(name.strip() for name in match.group(1).split(",") if name.strip())
    return f"const {{ {names} }} = {_scope(match.group(2))};\n"


def _scope(name: str) -> str:
    return f"module_{name.replace('-', '_')}"


def _read(folder: Path, name: str) -> str:
    return (folder / f"{name}.js").read_text(encoding="utf-8")
