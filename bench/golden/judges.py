"""A judge's biases and its kappa with people by statsmodels and scikit-learn, for biasRegression and agreementWithPeople.

    pip install scikit-learn statsmodels
    python bench/golden/judges.py
"""

import collections

import numpy
import statsmodels.api
from common import ROOT, provenance, rounded, write
from sklearn.metrics import cohen_kappa_score

PATH = ROOT / "packages" / "preferences" / "test" / "golden" / "judges.json"
RANDOM = numpy.random.default_rng(12)
ITEMS = 60
POINTS = {"a": 1, "tie": 0, "b": -1}
EXCHANGED = {"a": "b", "b": "a", "tie": "tie"}


def choice(logit: float) -> str:
    if RANDOM.uniform() < 0.15:
        return "tie"
    return "a" if RANDOM.uniform() < 1 / (1 + numpy.exp(-logit)) else "b"


def item() -> dict:
    """Two lengths, whose response is the judge's own, three people, and one to three verdicts of the judge."""
    lengths = RANDOM.integers(1, 300, size=2)
    own = int(RANDOM.integers(2))
    quality = RANDOM.normal()
    said = []
    for _ in range(RANDOM.integers(1, 4)):
        first = "ab"[RANDOM.integers(2)]
        logit = quality + (lengths[0] - lengths[1]) / 150 + 0.4 * POINTS[first] + 0.5 * (1 - 2 * own)
        said.append([first, choice(logit)])
    return {"lengths": lengths, "own": own, "people": [choice(2 * quality) for _ in range(3)], "said": said}


def regression(items: list[dict]) -> dict:
    """Binomial GLM without intercept; sandwich over items, without the factor for the number of coefficients."""
    differences = numpy.array([i["lengths"][0] - i["lengths"][1] for i in items], dtype=float)
    scale = numpy.sqrt((differences**2).mean())
    rows, labels, groups = [], [], []
    for number, one in enumerate(items):
        people = numpy.mean([POINTS[vote] for vote in one["people"]])
        for first, verdict in one["said"]:
            rows.append([numpy.tanh(differences[number] / scale), POINTS[first], 1 - 2 * one["own"], people])
            labels.append((1 + POINTS[verdict]) / 2)
            groups.append(number)
    model = statsmodels.api.GLM(labels, numpy.array(rows), family=statsmodels.api.families.Binomial())
    fit = model.fit(tol=1e-14, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    errors = fit.bse * numpy.sqrt(len(items) / (len(items) - 1))
    return {"terms": ["length", "first", "own", "people"], "weights": fit.params, "errors": errors}


def plurality(votes: list[str]) -> str:
    (first, most), *others = collections.Counter(votes).most_common()
    return "tie" if others and others[0][1] == most else first


def kappa(items: list[dict]) -> float:
    judge = [plurality([verdict for _, verdict in one["said"]]) for one in items]
    people = [plurality(one["people"]) for one in items]
    return cohen_kappa_score(
        judge + [EXCHANGED[verdict] for verdict in judge], people + [EXCHANGED[verdict] for verdict in people]
    )


def main() -> None:
    items = [item() for _ in range(ITEMS)]
    content = provenance("statsmodels, scikit-learn", ["statsmodels", "scikit-learn", "numpy"])
    content["items"] = [{name: rounded(value) for name, value in one.items()} for one in items]
    content["regression"] = rounded(regression(items), 10)
    content["kappa"] = rounded(float(kappa(items)), 12)
    write(PATH, content)


if __name__ == "__main__":
    main()
