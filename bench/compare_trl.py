"""TRL's trainer and Attune's on the same model, pairs, order and settings: the two curves side by side.

    python bench/compare_trl.py [--trainer dpo|reward] --model MODEL --data pairs.jsonl --work FOLDER

Takes the settings of trl_dpo.py, or trl_reward.py. FOLDER gets trl.json, attune.yaml, Attune's run folder and comparison.json; what is
there already from TRL is used again with --keep_trl. Ends with 1 where a loss differs by more than 1e-3 relative.
"""

import argparse
import importlib
import json
import pathlib
import subprocess
import sys

from trl_dpo import settings_of

ATTUNE = pathlib.Path(__file__).resolve().parents[1] / "attune"
TOLERANCE = 1e-3
# Below these sizes a difference is measured against the size instead: a margin starts at 0 and has no relative error.
FLOORS = {"loss": 0, "grad_norm": 0, "learning_rate": 1e-12, "logps/chosen": 0, "logps/rejected": 0}
REWARD_FLOOR = 0.1


def run_trl(trainer: str, args: argparse.Namespace, out: pathlib.Path) -> None:
    flags = []
    for key, value in settings_of(args).items():
        flags += [f"--{key}", *map(str, value if isinstance(value, list) else [value])]
    here = pathlib.Path(__file__).parent / f"trl_{trainer}.py"
    command = [sys.executable, here, "--model", args.model, "--data", args.data, "--out", out, *flags]
    subprocess.run(command, check=True, stdout=sys.stderr)


def run_attune(trainer: str, args: argparse.Namespace, folder: pathlib.Path, own: dict) -> list[dict]:
    """Attune's metrics. Its settings are written as JSON, which YAML contains."""
    run = folder / "attune"
    settings = {
        **settings_of(args),
        **own,
        "model": str(args.model.resolve()),
        "data": str(args.data.resolve()),
        "output_dir": str(run.resolve()),
        "train_sampling_strategy": "sequential",
        "logging_steps": 1,
        "device": "cpu",
    }
    config = folder / "attune.yaml"
    config.write_text(json.dumps(settings, indent=2) + "\n")
    subprocess.run([ATTUNE, "train", trainer, config, "--json"], check=True, stdout=sys.stderr)
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def difference(key: str, ours: float, theirs: float) -> float:
    size = max(abs(ours), abs(theirs), FLOORS.get(key, REWARD_FLOOR))
    return abs(ours - theirs) / size if size else 0.0


def compare(ours: list[dict], theirs: list[dict], keys: list[str]) -> list[dict]:
    mine = {line["step"]: line for line in ours if "loss" in line}
    missing = [line["step"] for line in theirs if line["step"] not in mine]
    if missing:
        raise SystemExit(f"attune's metrics.jsonl has no loss for steps {missing}")
    rows = []
    for line in theirs:
        other = mine[line["step"]]
        shared = [key for key in keys if key in other]
        rows.append(
            {
                "step": line["step"],
                "trl": {key: line[key] for key in shared},
                "attune": {key: other[key] for key in shared},
                "difference": {key: difference(key, other[key], line[key]) for key in shared},
            }
        )
    return rows


def show(rows: list[dict], keys: list[str]) -> None:
    columns = f"{'Attune':>12} {'relative':>9}"
    print(f"{'step':>4} {'loss, TRL':>12} {columns} {'|grad|, TRL':>12} {columns}")
    for row in rows:
        cells = []
        for key in ("loss", "grad_norm"):
            cells.append(f"{row['trl'][key]:12.7f} {row['attune'][key]:12.7f} {row['difference'][key]:9.1e}")
        print(f"{row['step']:>4} {' '.join(cells)}")
    print("\nlargest difference of each:")
    for key in rows[0]["difference"]:
        print(f"  {key:<20} {max(row['difference'][key] for row in rows):.1e}")
    absent = [key for key in keys if key not in rows[0]["difference"]]
    if absent:
        print(f"  not in attune's metrics: {', '.join(absent)}")


def main() -> int:
    which = argparse.ArgumentParser(add_help=False)
    which.add_argument("--trainer", default="dpo", choices=["dpo", "reward"])
    trainer = which.parse_known_args()[0].trainer
    peer = importlib.import_module(f"trl_{trainer}")
    parser = argparse.ArgumentParser(
        description=__doc__, parents=[which], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    peer.add_settings(parser)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for everything that is written")
    parser.add_argument("--keep_trl", action="store_true", help="use trl.json if it is there")
    args = parser.parse_args()
    folder, keep = args.work, args.keep_trl
    del args.work, args.keep_trl, args.trainer
    folder.mkdir(parents=True, exist_ok=True)
    args.model = peer.start(args.model, folder)
    reference = folder / "trl.json"
    if not (keep and reference.exists()):
        run_trl(trainer, args, reference)
    trl = json.loads(reference.read_text())
    rows = compare(run_attune(trainer, args, folder, peer.ATTUNE_SETTINGS), trl["steps"], peer.KEYS)
    show(rows, peer.KEYS)
    worst = max(row["difference"]["loss"] for row in rows)
    agrees = worst <= TOLERANCE
    result = {"versions": trl["versions"], "settings": trl["settings"], "largestLossDifference": worst, "steps": rows}
    (folder / "comparison.json").write_text(json.dumps(result, indent=1) + "\n")
    print(f"\nThe losses {'agree' if agrees else 'DIFFER'}: at most {worst:.1e} apart, {TOLERANCE:g} allowed.")
    return 0 if agrees else 1


if __name__ == "__main__":
    raise SystemExit(main())
