"""The study's regression by NumPyro and by Attune on the same data, in one run.

    python bench/dissect_numpyro.py --work FOLDER [--group "scenario 1"] [--judge "judge 1"] [--all_samples]

FOLDER gets what `node bench/dissectStudy.ts --write FOLDER` makes. One judge in one group is fitted as the study does:
10 folds, Laplace(0, 0.1), the folds' posterior means averaged; by NumPyro in 4 chains of 500 + 2,000 steps each, and by
Attune as it is set by default, with every fold drawn anew and with the folds weighted from one fit. With --all_samples the
group is all 5,240 samples and there is one fit without folds. Prints times and the largest difference of a mean as JSON;
ends with 1 where a mean differs by more than 0.01.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy
import numpyro
from numpyro import distributions
from numpyro.infer import MCMC, NUTS

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOLERANCE = 0.01


def model(x, y):
    w = numpyro.sample("w", distributions.Laplace(0, 0.1).expand([x.shape[1]]).to_event(1))
    numpyro.sample("y", distributions.Bernoulli(logits=x @ w), obs=y)


def posterior_mean(x: numpy.ndarray, y: numpy.ndarray) -> tuple[numpy.ndarray, float]:
    """Posterior means, and the least effective sample size (Geyer's, as NumPyro prints it)."""
    mcmc = MCMC(NUTS(model), num_warmup=500, num_samples=2000, num_chains=4, progress_bar=False)
    mcmc.run(jax.random.PRNGKey(0), jnp.array(x, dtype=jnp.float32), jnp.array(y))
    draws = mcmc.get_samples(group_by_chain=True)["w"]
    sizes = numpyro.diagnostics.effective_sample_size(numpy.array(draws))
    return numpy.array(draws.mean((0, 1))), float(sizes.min())


def folds(n: int, count: int) -> list[numpy.ndarray]:
    """The rows that each fold keeps."""
    order = numpy.random.RandomState(0).permutation(n)
    begins = [i * n // count for i in range(count)]
    return [numpy.delete(order, range(at, at + n // count)) for at in begins] if count > 1 else [order]


def by_numpyro(x: numpy.ndarray, y: numpy.ndarray, count: int) -> dict:
    begun = time.perf_counter()
    fits = [posterior_mean(x[rows], y[rows]) for rows in folds(len(x), count)]
    means = numpy.mean([mean for mean, _ in fits], axis=0)
    return {"seconds": time.perf_counter() - begun, "means": means, "least_ess": min(size for _, size in fits)}


def by_attune(args: argparse.Namespace, count: int, *flags: str) -> dict:
    command = [ROOT / "attune", "dissect", "fit", "--features", args.work / "features.jsonl", "--json"]
    command += ["--labels", args.work / "labels.json", "--judge", args.judge, "--folds", str(count), *flags]
    if not args.all_samples:
        command += ["--groups", args.work / "groups.json", "--group", args.group]
    begun = time.perf_counter()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    seconds = time.perf_counter() - begun
    properties = json.loads(said)["properties"]
    means = numpy.array([one["foldMean" if count > 1 else "mean"] for one in properties])
    return {"seconds": seconds, "means": means, "least_ess": min(one["ess"] for one in properties)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--group", default="scenario 1")
    parser.add_argument("--judge", default="judge 1")
    parser.add_argument("--all_samples", action="store_true")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    subprocess.run(["node", ROOT / "bench" / "dissectStudy.ts", "--write", args.work], check=True)

    x = numpy.array([json.loads(line) for line in (args.work / "features.jsonl").open()], dtype=float)
    y = numpy.array([label == "A" for label in json.loads((args.work / "labels.json").read_text())[args.judge]], dtype=int)
    count = 1 if args.all_samples else 10
    if not args.all_samples:
        rows = json.loads((args.work / "groups.json").read_text())[args.group]
        x, y = x[rows], y[rows]

    theirs = by_numpyro(x, y, count)
    ours = {"attune": by_attune(args, count)}
    if count > 1:
        ours["attune, every fold drawn anew"] = by_attune(args, count, "--refit-folds")
    rows = {"numpyro": {"seconds": theirs["seconds"], "least_ess": theirs["least_ess"]}}
    for name, fit in ours.items():
        rows[name] = {
            "seconds": fit["seconds"],
            "least_ess": fit["least_ess"],
            "times_faster": theirs["seconds"] / fit["seconds"],
            "largest_difference": float(abs(fit["means"] - theirs["means"]).max()),
        }
    print(json.dumps({"samples": len(x), "folds": count, "numpyro": numpyro.__version__, **{"fits": rows}}, indent=2))
    if any(row.get("largest_difference", 0) > TOLERANCE for row in rows.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
