"""Which module may know of which other, and what an import may cost."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pictrace

PACKAGE = Path(pictrace.__file__).parent

LAYERS = """
    __main__
    cli
    commands
    gui web
    terminal report samples remembered
    engine_process
    blame job
    worker
    engine
    search duplicates explanation indexing turning previews
    ranking
    batch refreshing
    asked calibration candidates collecting neighbours grouping reading
    thumbnails collection
    poses explaining closer_look
    likeness
    one_picture
    evidence
    recolouring
    keypoints smooth structure
    embedders archives decode fingerprints catalogue vector_index
    fetching
    damaged_pictures raw_preview srgb pickled_frames database half_floats
    sqlite
    picture_files home pace telling wording
    questions
    events picture settings
    errors language
"""
"""From top to bottom: a module imports from its own line and from those below it. A package stands for all inside."""

ONLY_IN = {
    "tkinter": ("gui",),
    "ttkbootstrap": ("gui",),
    "aiohttp": ("fetching",),
    "yarl": ("fetching",),
    "fastapi": ("web",),
    "starlette": ("web",),
    "pydantic": ("web",),
    "uvicorn": ("web",),
    "h11": ("web",),
    "tensorflow": ("embedders.resnet50",),
    "keras": ("embedders.resnet50",),
    "openvino": ("embedders.openvino_model",),
    "pi_heif": ("picture_files",),
    "rawpy": ("raw_preview",),
    "skimage": ("explaining",),
    "sqlite3": ("database", "sqlite"),
    "typer": ("cli", "commands"),
    "rich": ("terminal",),
}


def _modules() -> Iterator[tuple[str, list[str]]]:
    """Each module's name inside the package, and all that it imports, also inside functions."""
    for file in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        yield name, list(_imported(ast.parse(file.read_text(encoding="utf-8"))))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            yield node.module


MODULES = {name: imports for name, imports in _modules() if name != "__init__"}
HEIGHTS = {name: -line for line, names in enumerate(LAYERS.strip().splitlines()) for name in names.split()}


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _is_product(module: str) -> bool:
    return not _is_inside(module, "training")


def test_every_module_has_its_place_in_the_layers() -> None:
    missing = {module.partition(".")[0] for module in MODULES if _is_product(module)} - HEIGHTS.keys()
    assert not missing, f"say in LAYERS where they belong: {missing}"


def test_imports_go_one_way() -> None:
    upwards = [
        f"{module} imports {imported}"
        for module, imports in MODULES.items()
        for imported in imports
        if _is_product(module) and imported.startswith("pictrace.")
        if HEIGHTS[imported.split(".")[1]] > HEIGHTS[module.partition(".")[0]]
    ]
    assert upwards == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_with_a_price_has_one_home(library: str) -> None:
    users = [
        module
        for module, imports in MODULES.items()
        if any(_is_inside(imported, library) for imported in imports)
        if not any(_is_inside(module, home) for home in ONLY_IN[library])
    ]
    assert users == []


def test_the_product_does_not_need_what_it_was_trained_with() -> None:
    assert not [
        module
        for module, imports in MODULES.items()
        if _is_product(module) and any(_is_inside(imported, "pictrace.training") for imported in imports)
    ]


HEAVY = "tensorflow openvino cv2 tkinter fastapi aiohttp skimage numpy PIL"


@pytest.mark.parametrize(
    ("imported", "stays_away"),
    [
        ("pictrace", HEAVY),
        ("pictrace.cli", "tensorflow keras openvino cv2 tkinter fastapi aiohttp skimage rawpy pi_heif"),
        ("pictrace.engine_process", "tensorflow keras openvino cv2 tkinter fastapi skimage rawpy pi_heif"),
        ("pictrace.engine", "tensorflow keras openvino tkinter fastapi aiohttp skimage rawpy pi_heif"),
    ],
)
def test_importing_loads_nothing_heavy(imported: str, stays_away: str) -> None:
    program = f"import sys, {imported}; print(*sorted(sys.modules.keys() & {set(stays_away.split())!r}))"
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert process.stdout.split() == []


def test_importing_changes_nothing(tmp_path: Path) -> None:
    # OpenCV and threadpoolctl set variables of their own.
    program = "import os, threading, cv2, threadpoolctl; before = dict(os.environ); "
    program += "import pictrace.engine, pictrace.cli; "
    program += "assert dict(os.environ) == before; assert threading.active_count() == 1"
    environment = {"PICTRACE_HOME": str(tmp_path / "home"), "PYTHONPATH": str(PACKAGE.parent)}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env=environment)
    assert list(tmp_path.iterdir()) == []
