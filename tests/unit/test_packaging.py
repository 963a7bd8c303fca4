"""What is built to be installed elsewhere has the player's page and the networks in it, or is not built."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("pyproject.toml", "hatch_build.py", ".gitignore", "README.md", "LICENSE", "NOTICE", "src")


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path):
    """What a build needs, but for the page's source, which others may be changing."""
    for name in NEEDED:
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def build(folder):
    """The files of a wheel built there."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (folder / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        return set(files.namelist())


def test_a_wheel_has_the_page_the_networks_and_what_the_server_shows(checkout):
    if not (ROOT / "src/mien/web/page/index.html").is_file():
        pytest.skip("the page is not built: make page")
    files = build(checkout)
    assert "mien/web/page/index.html" in files
    assert any(name.startswith("mien/web/page/assets/") and name.endswith(".wasm") for name in files)
    assert {"mien/web/trust/trust.css", "mien/web/trust/en.html", "mien/web/trust/de.html"} <= files
    for network in ("emotion", "mood"):
        folder = f"mien/artifacts/{network}"
        there = {name.rpartition("/")[2] for name in files if name.startswith(f"{folder}/")}
        assert {file.name for file in (ROOT / "src" / folder).iterdir() if file.is_file()} == there
        assert any(name.endswith(".onnx") for name in there)


def page_of(folder, *, made_at):
    page = folder / "src/mien/web/page/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<!doctype html>")
    os.utime(page, (made_at, made_at))


def source_of(folder, *, changed_at):
    source = folder / "ui/src/player/audio.ts"
    source.parent.mkdir(parents=True)
    source.write_text("")
    os.utime(source, (changed_at, changed_at))


def test_without_the_page_nothing_is_built(hook, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"page is not built .*: run make page first"):
        hook.require_page(tmp_path)


def test_with_a_page_older_than_its_source_nothing_is_built(hook, tmp_path):
    page_of(tmp_path, made_at=1_000)
    source_of(tmp_path, changed_at=2_000)
    with pytest.raises(RuntimeError, match=r"older than ui/src/player/audio\.ts: run make page"):
        hook.require_page(tmp_path)


@pytest.mark.parametrize("with_source", [True, False])
def test_a_page_that_is_newer_or_came_without_its_source_is_built_in(hook, tmp_path, with_source):
    page_of(tmp_path, made_at=2_000)
    if with_source:
        source_of(tmp_path, changed_at=1_000)
    hook.require_page(tmp_path)


def test_a_build_asks_for_the_page_and_an_editable_install_does_not(hook, tmp_path):
    asking = hook.PageHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    asking.initialize("editable", {})
    with pytest.raises(FileNotFoundError):
        asking.initialize("standard", {})


def test_what_the_page_is_made_from_is_where_the_build_looks(hook):
    assert [name for name in hook.MADE_FROM if not (ROOT / name).exists()] == []
