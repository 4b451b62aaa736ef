"""Modules become one script in the order of their imports; unknown forms are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.web.bundle import bundle_modules
from pipeline.web.site import PAGE


def make_modules(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_a_module_comes_once_and_after_what_it_imports(tmp_path: Path) -> None:
    folder = make_modules(
        tmp_path,
        app='import { one } from "./b.js";\nimport { two } from "./c.js";\none(two);\n',
        b='import { two } from "./c.js";\nexport function one() { return two; }\n',
        c="export const two = 2;\nexport class Three {}\nexport async function four() {}\n",
    )
    script = bundle_modules(folder, "app")
    places = [script.index(f"const module_{name} =") for name in ("c", "b", "app")]
    assert places == sorted(places)
    assert script.count("const two = 2;") == 1
    assert "return { two, Three, four };" in script
    assert "const { one } = module_b;" in script


def test_several_lines_of_names_are_one_import(tmp_path: Path) -> None:
    folder = make_modules(
        tmp_path,
        app='import {\n  one,\n  two,\n} from "./b.js";\n',
        b="export const one = 1;\nexport const two = 2;\n",
    )
    assert "const { one, two } = module_b;" in bundle_modules(folder, "app")


@pytest.mark.parametrize(
    "text",
    [
        "export default 1;",
        'import x from "./b.js";',
        'import * as b from "./b.js";',
        'import "./b.js";',
        'export { one } from "./b.js";',
        "export let one = 1;",
        'import { one } from "https://other.example/b.js";',
    ],
    ids=["default", "import-default", "star", "bare", "again", "let", "outside"],
)
def test_other_forms_are_refused(tmp_path: Path, text: str) -> None:
    folder = make_modules(tmp_path, app=text + "\n", b="export const one = 1;\n")
    with pytest.raises(ValueError, match=r"app\.js has a form"):
        bundle_modules(folder, "app")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    folder = make_modules(
        tmp_path,
        app='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./app.js";\nexport const b = 1;\n',
    )
    with pytest.raises(ValueError, match="app → b → app"):
        bundle_modules(folder, "app")


def test_the_page_never_writes_markup_from_data() -> None:
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
    found = [
        (path.name, word)
        for path in PAGE.glob("*.js")
        for word in forbidden
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def test_the_page_names_no_outside_host() -> None:
    allowed = "http://www.w3.org/2000/svg"
    for path in (one for one in PAGE.iterdir() if one.is_file()):
        text = path.read_text(encoding="utf-8").replace(allowed, "")
        assert "://" not in text, path.name
