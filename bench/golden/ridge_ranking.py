"""Ridge-penalised ranking of pairs by scikit-learn: weights from all folds and without some of them, and the choice of
features and ridge by cross-validation within cross-validation, with scikit-learn's own splitting and fitting.

    python bench/golden/ridge_ranking.py
"""

import numpy
from common import ROOT, provenance, rounded, write
from sklearn.linear_model import LogisticRegression

PATH = ROOT / "packages" / "preferences" / "test" / "golden" / "ridgeRanking.json"
RANDOM = numpy.random.default_rng(11)
PAIRS, WIDTH, FOLDS = 60, 4, 4
RIDGES = [1, 0.1, 0.01]


def fit(differences, ridge):
    """Each pair both ways round, so that there are two classes; without an intercept both say the same."""
    n = len(differences)
    both = numpy.concatenate([differences, -differences])
    answers = numpy.concatenate([numpy.ones(n), numpy.zeros(n)])
    model = LogisticRegression(C=1 / (2 * ridge * n), fit_intercept=False, tol=1e-13, max_iter=100_000)
    return model.fit(both, answers).coef_[0]


def losses(margins):
    return numpy.log1p(numpy.exp(-margins))


def candidate(signal):
    weights = RANDOM.normal(size=WIDTH) * signal
    scale = numpy.array([1, 5, 0.2, 1])
    raw = RANDOM.normal(size=(PAIRS, WIDTH))
    sides = numpy.where(RANDOM.random(PAIRS) < 1 / (1 + numpy.exp(-raw @ weights)), 1, -1)
    return numpy.round(raw * sides[:, None] * scale, 3)


def main():
    folds = RANDOM.integers(0, FOLDS, PAIRS)
    given = [candidate(0.3), candidate(0.9)]
    scales = [numpy.sqrt((one**2).mean(0)) for one in given]
    scaled = [one / scale for one, scale in zip(given, scales)]
    pairs = [(features, ridge) for features in range(2) for ridge in RIDGES]

    def choose(rows):
        """By cross-validation over the folds that these rows are of."""
        found = []
        for features, ridge in pairs:
            total = 0
            for fold in numpy.unique(folds[rows]):
                held = rows & (folds == fold)
                total += losses(scaled[features][held] @ fit(scaled[features][rows & ~held], ridge)).sum()
            found.append(total / rows.sum())
        return int(numpy.argmin(found)), found

    everything = numpy.ones(PAIRS, bool)
    margins = numpy.zeros(PAIRS)
    taken = []
    for fold in range(FOLDS):
        held = folds == fold
        best, _ = choose(~held)
        taken.append(best)
        features, ridge = pairs[best]
        margins[held] = scaled[features][held] @ fit(scaled[features][~held], ridge)
    best, found = choose(everything)
    features, ridge = pairs[best]
    write(
        PATH,
        {
            **provenance("scikit-learn, lbfgs at a tolerance of 1e-13", ["numpy", "scikit-learn"]),
            "folds": folds.tolist(),
            "differences": [one.tolist() for one in given],
            "ridges": RIDGES,
            "losses": rounded(found),
            "takenByFold": taken,
            "margins": rounded(margins),
            "chosen": best,
            "weights": rounded(fit(scaled[features], ridge) / scales[features]),
            "withoutTwoFolds": rounded(fit(scaled[1][folds > 1], 0.1)),
        },
    )


main()
