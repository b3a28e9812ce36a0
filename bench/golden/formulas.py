"""Every preference loss as a formula over float64 tensors, written from the papers and not from TRL's code.

Notation, all [pairs]: pc, pr = log-probabilities of chosen and rejected under the policy; rc, rr = under the reference;
nc, nr = their numbers of tokens; a = pc − rc; c = pr − rr; d = a − c.
"""

import math
from dataclasses import dataclass

import torch


@dataclass
class Pairs:
    pc: torch.Tensor
    pr: torch.Tensor
    rc: torch.Tensor
    rr: torch.Tensor
    nc: torch.Tensor
    nr: torch.Tensor

    @property
    def a(self):
        return self.pc - self.rc

    @property
    def c(self):
        return self.pr - self.rr


def nls(x):
    """−log σ(x) = log(1 + e^−x)."""
    return torch.logaddexp(torch.zeros_like(x), -x)


def sigma(x):
    return 1 / (1 + torch.exp(-x))


def smoothed(x, e):
    """Both labels weighed by how likely each is to be the true one."""
    return (1 - e) * nls(x) + e * nls(-x)


def score(log_ratio, s):
    """f'(t) at t = e^log_ratio, up to a constant that cancels in a difference: 2309.16240, table 1."""
    kind = s.get("fDivergence", "reverse_kl")
    if kind == "reverse_kl":
        return log_ratio
    if kind == "forward_kl":
        return -torch.exp(-log_ratio)
    if kind == "js_divergence":
        return -nls(log_ratio)
    alpha = s["alpha"]
    return torch.exp((alpha - 1) * log_ratio) / (alpha - 1)


def margin(p, s):
    return s["beta"] * (score(p.a, s) - score(p.c, s))


def exo_pair(p, s):
    m, e = margin(p, s), s["labelSmoothing"]
    q = sigma(m)
    return q * (torch.log(q) - math.log(1 - e)) + (1 - q) * (torch.log(sigma(-m)) - math.log(e))


def discopop(p, s):
    m = margin(p, s)
    mix = sigma(m / s["tau"])
    return (1 - mix) * nls(m) + mix * torch.exp(-m)


def aot(p, s):
    delta = torch.sort(p.pc - p.pr).values - torch.sort(p.rc - p.rr).values
    return smoothed(s["beta"] * delta, s.get("labelSmoothing", 0.0))


def aot_unpaired(p, s):
    delta = torch.sort(p.a).values - torch.sort(p.c).values
    return smoothed(s["beta"] * delta, s.get("labelSmoothing", 0.0))


def simpo(p, s):
    return smoothed(s["beta"] * (p.pc / p.nc - p.pr / p.nr) - s["gamma"], s.get("labelSmoothing", 0.0))


def orpo(p, s):
    """β × the odds-ratio term alone; the whole of ORPO adds the likelihood of prompt and chosen response."""
    log_odds = [u - torch.log(-torch.expm1(u)) for u in (p.pc / p.nc, p.pr / p.nr)]
    return s["beta"] * nls(log_odds[0] - log_odds[1])


PAIRWISE = {
    "sigmoid": lambda p, s: nls(margin(p, s)),  # 2305.18290, eq. 7
    "cdpo": lambda p, s: smoothed(margin(p, s), s["labelSmoothing"]),  # Mitchell's cDPO note, eq. 3
    "robust": lambda p, s: (
        (  # 2403.00409
            (1 - s["labelSmoothing"]) * nls(margin(p, s)) - s["labelSmoothing"] * nls(-margin(p, s))
        )
        / (1 - 2 * s["labelSmoothing"])
    ),
    "hinge": lambda p, s: torch.clamp(1 - margin(p, s), min=0),  # 2305.10425
    "ipo": lambda p, s: (p.a / p.nc - p.c / p.nr - 1 / (2 * s["beta"])) ** 2,  # 2310.12036, eq. 17, per token
    "ipo_summed": lambda p, s: (p.a - p.c - 1 / (2 * s["beta"])) ** 2,  # the same, over whole responses
    "exo_pair": exo_pair,  # 2402.00856, eq. 16
    "nca_pair": lambda p, s: nls(s["beta"] * p.a) + (nls(-s["beta"] * p.a) + nls(-s["beta"] * p.c)) / 2,  # 2402.05369
    "bco_pair": lambda p, s: nls(s["beta"] * p.a) + nls(-s["beta"] * p.c),  # 2404.04656, without the running shift
    "sppo_hard": lambda p, s: (p.a - 0.5 / s["beta"]) ** 2 + (p.c + 0.5 / s["beta"]) ** 2,  # 2405.00675, eq. 4.7
    "aot": aot,  # 2406.05882
    "aot_unpaired": aot_unpaired,
    "apo_zero": lambda p, s: 1 - sigma(s["beta"] * p.a) + sigma(s["beta"] * p.c),  # 2408.06266, eq. 7
    "apo_down": lambda p, s: sigma(s["beta"] * p.a) + 1 - sigma(s["beta"] * (p.a - p.c)),  # 2408.06266, eq. 8
    "discopop": discopop,  # 2406.08414, eq. 5
    "sigmoid_norm": lambda p, s: nls(s["beta"] * (p.a / p.nc - p.c / p.nr)),
    "simpo": simpo,  # 2405.14734, eq. 6
    "orpo": orpo,  # 2403.07691, eq. 4 and 7
    "cpo_sigmoid": lambda p, s: smoothed(s["beta"] * (p.pc - p.pr), s.get("labelSmoothing", 0.0)),  # 2401.08417
    "cpo_hinge": lambda p, s: torch.clamp(1 - s["beta"] * (p.pc - p.pr), min=0),
}


def kto(policy, reference, desirable, kl_policy, kl_reference, s):
    """2402.01306, eq. 8: [responses]. The KL comes from mismatched responses, is at least 0, and has no gradient."""
    kl = (kl_policy - kl_reference).mean().clamp(min=0).detach() if s.get("kl", True) else torch.tensor(0.0).double()
    r = policy - reference
    good = s["desirableWeight"] * (1 - sigma(s["beta"] * (r - kl)))
    bad = s["undesirableWeight"] * (1 - sigma(s["beta"] * (kl - r)))
    return torch.where(desirable, good, bad), kl


def desensitized(tokens, own, other, alpha):
    """LD-DPO, 2409.06411: tokens after the shorter response's length count α. `tokens` [longest], 0 after `own`."""
    weight = torch.ones_like(tokens)
    weight[min(own, other) :] = alpha
    return (weight * tokens)[:own].sum()


def wpo_weight(tokens, log_sum_squares):
    """2406.11827, eq. 2: e^mean(log p − log Σ p²) of one response; a constant to the gradient."""
    return torch.exp((tokens - log_sum_squares).mean()).detach()
