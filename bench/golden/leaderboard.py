"""Ratings from battles by choix, scikit-learn, statsmodels and SciPy, for bradleyTerry, davidson, elo, and intervals.

    pip install choix scikit-learn statsmodels
    python bench/golden/leaderboard.py
"""

import choix
import numpy
import statsmodels.api
from common import ROOT, provenance, rounded, write
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

PATH = ROOT / "packages" / "preferences" / "test" / "golden" / "leaderboard.json"
RANDOM = numpy.random.default_rng(6)
MODELS = ["Ash", "Birch", "Cedar", "Date", "Elm", "Fir"]
THETA = numpy.array([1.2, 0.7, 0.1, -0.2, -0.5, -1.3])
BETA = numpy.array([0.6, -0.2])
NU = 0.7


def battles(n: int, ties: bool, prompts: int) -> dict:
    """Random battles of six models, decided also by two controls; several on each prompt."""
    pairs = numpy.array([RANDOM.choice(6, size=2, replace=False) for _ in range(n)])
    controls = numpy.array(rounded(RANDOM.normal(size=(n, 2)), 4))
    eta = THETA[pairs[:, 0]] - THETA[pairs[:, 1]] + controls @ BETA
    first, second = numpy.exp(eta / 2), numpy.exp(-eta / 2)
    even = NU if ties else 0.0
    draw = RANDOM.uniform(size=n) * (first + second + even)
    outcome = numpy.where(draw < first, 1.0, numpy.where(draw < first + second, 0.0, 0.5))
    prompt = RANDOM.integers(prompts, size=n)
    return {"a": pairs[:, 0], "b": pairs[:, 1], "outcome": outcome, "controls": controls, "prompt": prompt}


def design(data: dict, controlled: bool) -> numpy.ndarray:
    rows = numpy.zeros((len(data["a"]), 6))
    rows[numpy.arange(len(rows)), data["a"]] = 1
    rows[numpy.arange(len(rows)), data["b"]] = -1
    return numpy.hstack([rows, data["controls"]]) if controlled else rows


def by_choix(data: dict, alpha: float) -> list[float]:
    won = [(a, b) if y == 1 else (b, a) for a, b, y in zip(data["a"], data["b"], data["outcome"])]
    theta = choix.opt_pairwise(6, won, alpha=alpha, method="Newton-CG", tol=1e-13)
    return (theta - theta.mean()).tolist()


def by_sklearn(data: dict, deviation: float, controlled: bool) -> list[float]:
    """Each battle twice, as won and as lost, weighted by its outcome; C is the prior's variance."""
    x, y = design(data, controlled), data["outcome"]
    fit = LogisticRegression(C=deviation**2, fit_intercept=False, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    fit.fit(numpy.vstack([x, x]), numpy.repeat([1, 0], len(x)), numpy.concatenate([y, 1 - y]))
    return fit.coef_[0].tolist()


def by_statsmodels(data: dict) -> dict:
    """Maximum likelihood with the first model as reference; errors clustered by prompt, times C/(C-1)."""
    x, y = design(data, True)[:, 1:], data["outcome"]
    groups = data["prompt"]
    model = statsmodels.api.GLM(y, x, family=statsmodels.api.families.Binomial())
    fit = model.fit(tol=1e-14, maxiter=200, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    clusters = len(numpy.unique(groups))
    errors = fit.bse * (clusters / (clusters - 1)) ** 0.5
    return {"parameters": fit.params.tolist(), "standardErrors": errors.tolist()}


def by_hand(data: dict) -> dict:
    """Davidson's likelihood as he writes it, over pi and nu, by BFGS with derivatives from complex steps."""

    def loss(at: numpy.ndarray) -> complex:
        pi, nu = numpy.exp(at[:6]), numpy.exp(at[6])
        a, b = pi[data["a"]], pi[data["b"]]
        tie = nu * numpy.sqrt(a * b)
        share = numpy.where(data["outcome"] == 1, a, numpy.where(data["outcome"] == 0, b, tie)) / (a + b + tie)
        return -numpy.log(share).sum() + (at @ at) / (2 * 5**2)

    def slope(at: numpy.ndarray) -> numpy.ndarray:
        return numpy.array([loss(at + 1e-30j * unit).imag / 1e-30 for unit in numpy.eye(7)])

    at = minimize(lambda at: loss(at).real, numpy.zeros(7), jac=slope, method="BFGS", options={"gtol": 1e-10}).x
    return {"theta": at[:6].tolist(), "nu": float(numpy.exp(at[6]))}


def chatbot_arena(data: dict) -> dict:
    """Chatbot Arena's recipe: base 10, no prior, ties half wins, 400 points a unit, one model moved to 1114."""
    a, b, y = data["a"], data["b"], data["outcome"]

    def loss(at: numpy.ndarray) -> tuple[float, numpy.ndarray]:
        eta = numpy.log(10) * (at[a] - at[b])
        p = 1 / (1 + numpy.exp(-eta))
        gradient = numpy.zeros(6)
        numpy.add.at(gradient, a, numpy.log(10) * (p - y))
        numpy.add.at(gradient, b, -numpy.log(10) * (p - y))
        return float(-(y * numpy.log(p) + (1 - y) * numpy.log(1 - p)).sum()), gradient

    options = {"gtol": 1e-10, "ftol": 1e-16, "maxiter": 1000}
    at = minimize(loss, numpy.zeros(6), jac=True, method="L-BFGS-B", options=options).x
    ratings = 400 * at + 1000
    elo = numpy.full(6, 1000.0)
    for i, j, won in zip(a, b, y):
        expected = 1 / (1 + 10 ** ((elo[j] - elo[i]) / 400))
        elo[i], elo[j] = elo[i] + 4 * (won - expected), elo[j] - 4 * (won - expected)
    return {"anchor": MODELS[2], "ratings": (ratings - ratings[2] + 1114).tolist(), "elo": elo.tolist()}


def main() -> None:
    decided, tied = battles(240, False, 60), battles(300, True, 80)
    alpha, deviation = 0.02, 5
    packages = ["choix", "scikit-learn", "statsmodels", "scipy", "numpy"]
    write(PATH, {
        **provenance("choix, scikit-learn, statsmodels; SciPy on Davidson's and the Arena's formulas", packages),
        "models": MODELS,
        "decided": rounded(decided, 12),
        "tied": rounded(tied, 12),
        "choix": {
            "alpha": alpha,
            "maximumLikelihood": rounded(by_choix(decided, 0.0), 10),
            "penalized": rounded(by_choix(decided, alpha), 10),
        },
        "sklearn": {
            "priorDeviation": deviation,
            "plain": rounded(by_sklearn(tied, deviation, False), 10),
            "controlled": rounded(by_sklearn(tied, deviation, True), 10),
        },
        "statsmodels": rounded(by_statsmodels(tied), 10),
        "davidson": rounded(by_hand(tied), 10),
        "arena": rounded(chatbot_arena(tied), 10),
    })


main()
