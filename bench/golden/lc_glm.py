"""Length-controlled win rates by scikit-learn, on comparisons made here: the regression with and without rows of a
length-manipulated baseline, by maximum likelihood, and under an L1 penalty that grouped cross-validation chooses.

    python bench/golden/lc_glm.py
"""

import numpy
import sklearn
from common import ROOT, provenance, rounded, write
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.metrics import make_scorer
from sklearn.model_selection import GroupKFold

PATH = ROOT / "packages" / "preferences" / "test" / "golden" / "lengthControlled.json"
RANDOM = numpy.random.default_rng(7)
PROMPTS = 80
LAMBDA = 0.2
EXACT = {"tol": 1e-12, "max_iter": 100_000}
LASSO = {"solver": "liblinear", "fit_intercept": False, "random_state": 123, **EXACT}

sklearn.set_config(enable_metadata_routing=True)


def sigmoid(z):
    return 1 / (1 + numpy.exp(-z))


def sharpened(mean):
    """Probabilities about these, most of them near 0 or 1, as judges give them; written with six digits."""
    drawn = RANDOM.beta(0.8 * mean + 0.05, 0.8 * (1 - mean) + 0.05)
    return numpy.round(drawn, 6)


def comparisons(shift: float, length: float) -> dict:
    """Of one model with the baseline: what AlpacaEval's files say of them, a length being a number of characters."""
    baseline = RANDOM.integers(200, 3000, PROMPTS)
    model = numpy.maximum(1, (baseline * RANDOM.uniform(0.3, 1.5, PROMPTS)).astype(int))
    x = numpy.tanh((baseline - model) / numpy.std(baseline - model, ddof=1))
    return {"baseline": baseline, "model": model, "y": sharpened(sigmoid(length * x + 0.8 * DIFFICULTY + shift))}


def manipulated() -> dict:
    """The baseline against itself, asked for long answers and for short ones."""
    delta = numpy.round(numpy.concatenate([RANDOM.normal(-1.2, 0.7, PROMPTS), RANDOM.normal(1.2, 0.7, PROMPTS)]), 6)
    return {"delta": delta, "y": sharpened(sigmoid(-0.9 * numpy.tanh(delta)))}


def design(case: dict, gamed: dict | None, difficulty: bool):
    difference = case["baseline"] - case["model"]
    length = numpy.tanh(difference / numpy.std(difference, ddof=1))
    columns = [length, DIFFICULTY, numpy.ones(PROMPTS)] if difficulty else [length, numpy.ones(PROMPTS)]
    x, y, weight = numpy.column_stack(columns), case["y"], numpy.ones(PROMPTS)
    if gamed:
        rows = numpy.column_stack([numpy.tanh(gamed["delta"]), numpy.tile(DIFFICULTY, 2), numpy.zeros(2 * PROMPTS)])
        x, y = numpy.concatenate([rows, x]), numpy.concatenate([gamed["y"], y])
        weight = numpy.concatenate([numpy.full(2 * PROMPTS, LAMBDA / 2), weight])
    return x, y, weight


def doubled(x, y, weight):
    """Each row with either label, weighted by its probability."""
    share = numpy.concatenate([y, 1 - y])
    weights = numpy.concatenate([weight, weight])
    labels = numpy.concatenate([numpy.ones(len(y)), numpy.zeros(len(y))])
    return numpy.concatenate([x, x]), labels, share, weights, numpy.tile(numpy.arange(len(y)), 2)


def loss(label, predicted, share, weights):
    p = numpy.clip(predicted, 1e-15, 1 - 1e-15)
    y = numpy.where(label == 1, share, 1 - share)
    return -numpy.mean(weights * (y * numpy.log(p) + (1 - y) * numpy.log(1 - p)))


def rate(w, difficulty: bool) -> float:
    return float(100 * numpy.mean(sigmoid((w[1] * DIFFICULTY if difficulty else 0) + numpy.full(PROMPTS, w[-1]))))


def fits(case: dict, gamed: dict | None, difficulty: bool = True) -> dict:
    x, labels, share, weights, groups = doubled(*design(case, gamed, difficulty))
    plain = LogisticRegression(C=numpy.inf, solver="newton-cholesky", fit_intercept=False, tol=1e-12, max_iter=1000)
    plain.set_fit_request(sample_weight=True).fit(x, labels, sample_weight=share * weights)
    scorer = make_scorer(loss, response_method="predict_proba", greater_is_better=False)
    lasso = LogisticRegressionCV(
        Cs=10,
        l1_ratios=(1,),
        cv=GroupKFold(5),
        scoring=scorer.set_score_request(share=True, weights=True),
        use_legacy_attributes=False,
        **LASSO,
    ).set_fit_request(sample_weight=True)
    lasso.fit(x, labels, sample_weight=share * weights, groups=groups, share=share, weights=weights)
    fixed = LogisticRegression(C=0.3, l1_ratio=1, **LASSO).set_fit_request(sample_weight=True)
    fixed.fit(x, labels, sample_weight=share * weights)
    return {
        "mle": {"w": plain.coef_[0], "lcWinRate": rate(plain.coef_[0], difficulty)},
        "l1cv": {
            "w": lasso.coef_[0],
            "C": float(lasso.C_),
            "scores": numpy.mean(lasso.scores_, axis=0).ravel(),
            "lcWinRate": rate(lasso.coef_[0], difficulty),
        },
        "l1AtC0.3": fixed.coef_[0],
    }


def folds() -> list[dict]:
    """Which fold leaves out each group, of groups of equal and of different sizes."""
    out = []
    for sizes in ([2] * 12, [1, 5, 2, 2, 7, 1, 3, 3, 2, 4, 1], [3, 1, 1, 1]):
        groups = numpy.repeat(numpy.arange(len(sizes)), sizes)
        count = min(5, len(sizes))
        fold = numpy.zeros(len(sizes), dtype=int)
        for number, (_, left_out) in enumerate(GroupKFold(count).split(groups, groups=groups)):
            fold[groups[left_out]] = number
        out.append({"sizes": sizes, "count": count, "folds": fold.tolist()})
    return out


DIFFICULTY = numpy.round(RANDOM.normal(-0.5, 1, PROMPTS), 6)
GAMED = manipulated()
CASES = {
    "weaker": comparisons(-1.5, -0.9),
    "stronger": comparisons(1.4, -0.9),
    "as good, so that without difficulties the penalty leaves nothing": comparisons(0.5, -0.4),
}

content = provenance("scikit-learn, liblinear at a tolerance of 1e-12", ["numpy", "scikit-learn"])
content["folds"] = folds()
content["difficulty"] = DIFFICULTY.tolist()
content["gamed"] = {key: value.tolist() for key, value in GAMED.items()}
content["cases"] = [
    {
        "name": name,
        **{key: value.tolist() for key, value in case.items()},
        "withoutDifficulty": rounded(fits(case, None, difficulty=False), 9),
        "withDifficulty": rounded(fits(case, None), 9),
        "withGamed": rounded(fits(case, GAMED), 9),
    }
    for name, case in CASES.items()
]
write(PATH, content)
