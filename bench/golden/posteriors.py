"""Convergence diagnostics and Pareto smoothing by ArviZ, and a regression with Laplace priors sampled by NumPyro.

    python bench/golden/posteriors.py
"""

import arviz
import jax
import jax.numpy as jnp
import numpy
import numpyro
from common import ROOT, provenance, rounded, write
from numpyro import distributions
from numpyro.infer import MCMC, NUTS

PATH = ROOT / "packages" / "preferences" / "test" / "golden" / "posteriors.json"
RANDOM = numpy.random.default_rng(0)


def autoregressive(chains: int, draws: int, phi: float) -> numpy.ndarray:
    values = RANDOM.normal(size=(chains, draws))
    for t in range(1, draws):
        values[:, t] = phi * values[:, t - 1] + numpy.sqrt(1 - phi**2) * values[:, t]
    return values


def diagnostics() -> list[dict]:
    """What ArviZ says of draws that are well mixed, sticky, alternating, apart, of unequal spread, without a mean, tied."""
    apart, spread = RANDOM.normal(size=(4, 100)), RANDOM.normal(size=(4, 100))
    apart[0] += 1
    spread[3] *= 4
    cases = {
        "independent": RANDOM.normal(size=(4, 100)),
        "sticky": autoregressive(4, 100, 0.9),
        "alternating": autoregressive(4, 100, -0.5),
        "one chain apart": apart,
        "one chain of another spread": spread,
        "Cauchy": RANDOM.standard_cauchy(size=(4, 100)),
        "odd number of draws": autoregressive(3, 51, 0.3),
        "tied": numpy.round(RANDOM.normal(size=(2, 80)), 1),
        "one chain": autoregressive(1, 100, 0.5),
    }
    out = []
    for name, values in cases.items():
        values = numpy.array(rounded(values, 5))
        out.append({
            "name": name,
            "chains": values.shape[0],
            "draws": values.ravel().tolist(),
            "rhat": float(arviz.rhat(values, method="rank")) if len(values) > 1 else None,
            "bulkEss": float(arviz.ess(values, method="bulk")),
            "tailEss": float(arviz.ess(values, method="tail")),
        })
    return out


def smoothing() -> list[dict]:
    """Pareto smoothed weights of log ratios with a light, a middling and a heavy tail."""
    out = []
    for name, scale in {"light": 0.3, "middling": 1.0, "heavy": 3.0}.items():
        ratios = numpy.array(rounded(scale * RANDOM.normal(size=300), 6))
        logs, shape = arviz.psislw(ratios.copy())
        out.append({"name": name, "logRatios": ratios.tolist(), "weights": rounded(numpy.exp(logs), 9), "shape": float(shape)})
    return out


def regression() -> dict:
    """400 samples, 29 features of -1, 0 and 1, weights of the size that judges have; four chains of 4,000 draws."""
    weights = RANDOM.laplace(0, 0.2, 29)
    shares = RANDOM.uniform(0.15, 0.7, 29)
    common = RANDOM.normal(size=(400, 1))
    signs = numpy.sign(0.6 * common + RANDOM.normal(size=(400, 29))).astype(int)
    features = signs * (RANDOM.uniform(size=(400, 29)) < shares)
    labels = RANDOM.uniform(size=400) < 1 / (1 + numpy.exp(-features @ weights))

    def model(x, y):
        w = numpyro.sample("w", distributions.Laplace(0, 0.1).expand([29]).to_event(1))
        numpyro.sample("y", distributions.Bernoulli(logits=x @ w), obs=y)

    mcmc = MCMC(NUTS(model), num_warmup=1000, num_samples=4000, num_chains=4, progress_bar=False)
    mcmc.run(jax.random.PRNGKey(0), jnp.array(features, float), jnp.array(labels, int))
    draws = mcmc.get_samples()["w"]
    return {
        "features": ["".join("-0+"[value + 1] for value in row) for row in features],
        "labels": "".join("A" if label else "B" for label in labels),
        "scale": 0.1,
        "mean": rounded(draws.mean(0), 6),
        "sd": rounded(draws.std(0), 6),
        "q05": rounded(jnp.quantile(draws, 0.05, axis=0), 6),
        "q95": rounded(jnp.quantile(draws, 0.95, axis=0), 6),
    }


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    write(PATH, {
        **provenance("ArviZ's diagnostics, NumPyro's posterior", ["arviz", "numpyro", "jax", "numpy"]),
        "diagnostics": diagnostics(),
        "smoothing": smoothing(),
        "regression": regression(),
    })
