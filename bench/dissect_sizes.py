"""How much the draws of ten fits are worth, by NumPyro as the study sets it and by Attune as it is by default.

    python bench/dissect_sizes.py --work FOLDER

FOLDER gets what `node bench/dissectStudy.ts --write FOLDER` makes. Each fit is of one judge in one group, without folds.
Effective sample sizes are ArviZ's of NumPyro's draws, and Attune's own of its, which its tests hold to ArviZ's. Prints a
line for each fit as it comes, then the mean of all; ends with 1 where one of its four figures is less for Attune.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import arviz
import jax
import jax.numpy as jnp
import numpy
from dissect_numpyro import ROOT, model
from numpyro.infer import MCMC, NUTS

FITS = [
    *[(f"scenario {group}", f"judge {judge}") for group, judge in [(1, 1), (2, 2), (3, 3), (6, 1), (10, 4), (11, 5)]],
    *[(f"subset {group}", f"judge {judge}") for group, judge in [(1, 1), (2, 6), (4, 7), (5, 1)]],
]
FIGURES = ["bulk, least", "bulk, mean", "tail, least", "tail, mean"]


def figures(bulk: numpy.ndarray, tail: numpy.ndarray) -> numpy.ndarray:
    return numpy.array([bulk.min(), bulk.mean(), tail.min(), tail.mean()])


def by_numpyro(x: numpy.ndarray, y: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    mcmc = MCMC(NUTS(model), num_warmup=500, num_samples=2000, num_chains=4, progress_bar=False)
    mcmc.run(jax.random.PRNGKey(0), jnp.array(x, dtype=jnp.float32), jnp.array(y))
    draws = numpy.array(mcmc.get_samples(group_by_chain=True)["w"])
    data = arviz.convert_to_dataset({"w": draws})
    bulk, tail = (arviz.ess(data, method=method)["w"].to_numpy() for method in ("bulk", "tail"))
    return figures(bulk, tail), draws.mean((0, 1))


def by_attune(work: pathlib.Path, group: str, judge: str) -> tuple[numpy.ndarray, numpy.ndarray]:
    command = [ROOT / "attune", "dissect", "fit", "--json", "--folds", "1", "--group", group, "--judge", judge]
    command += ["--features", work / "features.jsonl", "--labels", work / "labels.json", "--groups", work / "groups.json"]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["properties"]
    bulk, tail, means = (numpy.array([one[name] for one in found]) for name in ("ess", "tailEss", "mean"))
    return figures(bulk, tail), means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    work = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    subprocess.run(["node", ROOT / "bench" / "dissectStudy.ts", "--write", work], check=True)
    features = numpy.array([json.loads(line) for line in (work / "features.jsonl").open()], dtype=float)
    labels, groups = (json.loads((work / name).read_text()) for name in ("labels.json", "groups.json"))

    sizes, apart = [], []
    for group, judge in FITS:
        rows = groups[group]
        y = numpy.array([labels[judge][row] == "A" for row in rows], dtype=int)
        theirs, means = by_numpyro(features[rows], y)
        ours, our_means = by_attune(work, group, judge)
        sizes.append([theirs, ours])
        apart.append(float(abs(means - our_means).max()))
        line = {"group": group, "judge": judge, "samples": len(rows), "largest difference of a mean": apart[-1]}
        print(json.dumps({**line, "numpyro": named(theirs), "attune": named(ours)}), flush=True)
    theirs, ours = numpy.mean(sizes, axis=0)
    print(json.dumps({"mean of": len(FITS), "numpyro": named(theirs), "attune": named(ours), "apart": max(apart)}))
    if (ours < theirs).any():
        sys.exit(1)


def named(sizes: numpy.ndarray) -> dict[str, int]:
    return {name: round(float(size)) for name, size in zip(FIGURES, sizes)}


if __name__ == "__main__":
    main()
