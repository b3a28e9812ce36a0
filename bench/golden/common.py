"""What every golden file shares: its place, its provenance, and numbers written at seven significant digits."""

import datetime
import importlib.metadata
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "packages" / "align" / "test" / "golden"


def provenance(source: str, packages: list[str]) -> dict:
    """The head of a golden file: where its numbers come from and how to make them again."""
    return {
        "source": source,
        "versions": {"python": sys.version.split()[0], **{p: importlib.metadata.version(p) for p in packages}},
        "command": f"python bench/golden/{pathlib.Path(sys.argv[0]).name}",
        "date": datetime.date.today().isoformat(),
    }


def rounded(value, digits: int = 7):
    """Nested lists, arrays or tensors of numbers as plain lists, floats at `digits` significant digits."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(item, digits) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") + 0.0  # no negative zeros
    return value


def _flat(value) -> bool:
    return not isinstance(value, (dict, list)) or (
        isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)
    )


def _layout(value, indent: int) -> str:
    """JSON with one line per list of plain values: readable, and small."""
    pad = " " * indent
    if _flat(value):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        lines = [f"{pad}  {json.dumps(key)}: {_layout(item, indent + 2)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{pad}}}" if lines else "{}"
    lines = [f"{pad}  {_layout(item, indent + 2)}" for item in value]
    return "[\n" + ",\n".join(lines) + f"\n{pad}]"


def write(path: pathlib.Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_layout(content, 0) + "\n")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
