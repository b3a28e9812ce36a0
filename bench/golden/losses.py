"""Values and gradients of every preference loss on toy and random log-probabilities, three times over.

    python bench/golden/losses.py

The formulas (formulas.py) are differentiated by autograd in float64, checked here against central differences and
against TRL's own loss code (trl_code.py); the largest disagreement of each case is written beside it.
"""

import torch

import formulas
import trl_code
from common import GOLDEN, provenance, rounded, write
from formulas import PAIRWISE, Pairs

DIGITS = 12
STEP = 1e-6


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def random_pairs(seed: int, count: int) -> Pairs:
    generator = torch.Generator().manual_seed(seed)
    normal = lambda: torch.randn(count, generator=generator, dtype=torch.float64)
    lengths = [torch.randint(3, 40, (count,), generator=generator).double() for _ in range(2)]
    references = [-n * (1.5 + 0.5 * normal().abs()) for n in lengths]
    policies = [r + 1.5 * normal() for r in references]
    return Pairs(policies[0], policies[1], references[0], references[1], *lengths)


TOY = [[-0.5, -10.0, -1.0], [-0.1, -30.0, -21.0], [-0.5, -10.1, -0.1], [-0.1, -20.1, -0.1]]
BATCHES = {  # the toy values are those of torchtune's tests of DPO
    "toy": Pairs(*map(tensor, TOY), tensor([4.0, 10.0, 5.0]), tensor([2.0, 20.0, 7.0])),
    "toy-one-token": Pairs(*map(tensor, TOY), tensor([1.0] * 3), tensor([1.0] * 3)),
    "random-1": random_pairs(1, 6),
    "random-2": random_pairs(2, 8),
}

SMOOTHED = ["cdpo", "robust"]
PLAIN = ["sigmoid", "hinge", "ipo", "ipo_summed", "nca_pair", "bco_pair", "sppo_hard", "aot", "aot_unpaired"]
PLAIN += ["apo_zero", "apo_down", "sigmoid_norm", "orpo", "cpo_sigmoid", "cpo_hinge"]


def settings_of(beta: float):
    """(loss, settings) of every case for one batch."""
    yield from ((name, {"beta": beta}) for name in PLAIN)
    yield from ((name, {"beta": beta, "labelSmoothing": 0.1}) for name in [*SMOOTHED, "aot", "cpo_sigmoid"])
    yield "exo_pair", {"beta": beta, "labelSmoothing": 1e-3}
    yield "discopop", {"beta": beta, "tau": 0.05}
    yield "simpo", {"beta": 2.0, "gamma": 0.5}
    for kind in ("forward_kl", "js_divergence"):
        yield "sigmoid", {"beta": beta, "fDivergence": kind}
    for alpha in (0.5, 2.0):
        yield "sigmoid", {"beta": beta, "fDivergence": "alpha_divergence", "alpha": alpha}
    yield "hinge", {"beta": beta, "fDivergence": "js_divergence"}


def with_gradients(loss, *leaves, skip=()):
    """Per-item losses and the gradients of their sum, with the largest error of central differences on it."""
    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    values = loss(*leaves)
    gradients = torch.autograd.grad(values.sum(), leaves)
    worst = 0.0
    for which, leaf in enumerate(leaves):
        for i in set(range(leaf.numel())) - set(skip):
            shifted = []
            for sign in (1, -1):
                moved = [x.detach().clone() for x in leaves]
                moved[which].view(-1)[i] += sign * STEP
                shifted.append(loss(*moved).sum().item())
            gradient = gradients[which].view(-1)[i].item()
            difference = (shifted[0] - shifted[1]) / (2 * STEP)
            worst = max(worst, abs(difference - gradient) / max(1.0, abs(gradient), values.abs().max().item()))
    return values.detach(), [g.detach() for g in gradients], worst


def trl_error(loss, mean, count, gradients, *leaves, skip=()):
    """The largest relative disagreement with TRL's mean loss and its gradients."""
    leaves = [leaf.clone().requires_grad_() for leaf in leaves]
    theirs = loss(*leaves)
    worst = abs(theirs.item() - mean) / max(1.0, abs(mean))
    for ours, other in zip(gradients, torch.autograd.grad(theirs, leaves)):
        errors = (other * count - ours).abs() / ours.abs().clamp(min=1.0)
        errors[list(skip)] = 0
        worst = max(worst, errors.max().item())
    return worst


def kinks(name: str, p: Pairs, s: dict) -> list[int]:
    """Pairs without a gradient: on the hinge's corner, or tied in a sort."""
    if name == "hinge" and "fDivergence" not in s:
        return [i for i, x in enumerate(1 - s["beta"] * (p.a - p.c)) if abs(x) < 1e-9]
    sorted_by = {"aot": [p.pc - p.pr], "aot_unpaired": [p.a, p.c]}.get(name, [])
    close = [((x[:, None] - x[None]).abs() < 1e-9).sum(1) > 1 for x in sorted_by]
    return [i for i in range(len(p.pc)) if any(tied[i] for tied in close)]


def pair_case(name: str, batch: str, s: dict) -> dict:
    p = BATCHES[batch]
    leaves = (p.pc, p.pr)
    skip = kinks(name, p, s)
    ours = lambda pc, pr: PAIRWISE[name](Pairs(pc, pr, p.rc, p.rr, p.nc, p.nr), s)
    values, gradients, central = with_gradients(ours, *leaves, skip=skip)
    # TRL clamps the exponent of an alpha divergence by dtype, and knows no float64.
    to = lambda x: x.to(torch.float32 if s.get("fDivergence") == "alpha_divergence" else torch.float64)
    theirs = lambda pc, pr: trl_code.pairwise(name, Pairs(pc, pr, to(p.rc), to(p.rr), p.nc, p.nr), s)
    error = trl_error(theirs, values.mean().item(), len(p.pc), map(to, gradients), *map(to, leaves), skip=skip)
    chosen, rejected = [[None if i in skip else x for i, x in enumerate(rounded(g, DIGITS))] for g in gradients]
    return {
        "loss": name,
        "batch": batch,
        "settings": s,
        "losses": rounded(values, DIGITS),
        "chosenGradients": chosen,
        "rejectedGradients": rejected,
        "confirmed": {"centralDifferences": rounded(central, 2), "trl": rounded(error, 2)},
    }


def kto_case(s: dict, seed: int) -> dict:
    generator = torch.Generator().manual_seed(seed)
    normal = lambda: torch.randn(7, generator=generator, dtype=torch.float64)
    reference = -20 + 5 * normal()
    policy, kl_reference = reference + 1.5 * normal(), -30 + 5 * normal()
    kl_policy = kl_reference + 0.5 * normal() + 0.4
    desirable = tensor([1, 0, 1, 1, 0, 1, 0]).bool()
    others = (reference, desirable, kl_policy, kl_reference, s)
    values, (gradients,), central = with_gradients(lambda x: formulas.kto(x, *others)[0], policy)
    error = trl_error(lambda x: trl_code.kto(x, *others), values.mean().item(), 7, [gradients], policy)
    inputs = dict(policy=policy, reference=reference, klPolicy=kl_policy, klReference=kl_reference)
    return {
        "loss": "kto" if s.get("kl", True) else "apo_zero_unpaired",
        "settings": {k: v for k, v in s.items() if k != "kl"},
        "inputs": {**rounded({k: v.tolist() for k, v in inputs.items()}, 17), "desirable": desirable.tolist()},
        "kl": rounded(formulas.kto(policy, *others)[1].item(), DIGITS),
        "losses": rounded(values, DIGITS),
        "gradients": rounded(gradients, DIGITS),
        "confirmed": {"centralDifferences": rounded(central, 2), "trl": rounded(error, 2)},
    }


def token_cases() -> dict:
    """Losses that read single tokens: the sft term, LD-DPO, WPO, and three losses weighted together."""
    generator = torch.Generator().manual_seed(5)
    lengths = [4, 9, 6, 7, 3, 6]  # chosen, then rejected
    count, time = 3, max(lengths)
    draw = lambda scale: scale * torch.randn(6, time, generator=generator, dtype=torch.float64)
    mask = torch.arange(time)[None] < torch.tensor(lengths)[:, None]
    policy = mask * -draw(1.5).abs()
    reference = mask * (policy + draw(0.4)).clamp(max=-0.01)
    squares = mask * (-0.3 - draw(0.8).abs())
    beta, alpha, mpo = 0.5, 0.3, [0.8, 0.2, 1.0]
    s = {"beta": beta}

    def pairs(x, y):
        return Pairs(x[:count], x[count:], y[:count], y[count:], None, None)

    def ld(x):
        rows = [formulas.desensitized(x[i], lengths[i], lengths[(i + count) % 6], alpha) for i in range(6)]
        return torch.stack(rows)

    sums = lambda x: (x * mask).sum(1)
    sft = lambda x: -(x * mask)[:count].sum() / sum(lengths[:count])
    weights = torch.stack([formulas.wpo_weight(policy[i, :n], squares[i, :n]) for i, n in enumerate(lengths)])
    forms = {
        "sft": lambda x: sft(x).expand(count) / count,
        "ld": lambda x: PAIRWISE["sigmoid"](pairs(ld(x), ld(reference)), s),
        "wpo": lambda x: PAIRWISE["sigmoid"](pairs(sums(x), sums(reference)), s) * weights[:count] * weights[count:],
        "mpo": lambda x: (
            (
                mpo[0] * PAIRWISE["sigmoid"](pairs(sums(x), sums(reference)), s)
                + mpo[1] * PAIRWISE["bco_pair"](pairs(sums(x), sums(reference)), s)
                + mpo[2] * sft(x)
            )
            / count
        ),
    }
    ragged = lambda x: [rounded(x[i, :n], DIGITS) for i, n in enumerate(lengths)]
    padded = lambda x: torch.cat([torch.zeros(6, trl_code.PROMPT - 1, dtype=torch.float64), x], 1)
    refs = sums(reference)[:count], sums(reference)[count:]
    theirs = {
        "sft": lambda x: trl_code.dpo(["sft"], padded(x * mask), lengths, *refs, s),
        "ld": lambda x: (
            count * trl_code.dpo(["sigmoid"], padded(x * mask), lengths, *ld(reference).chunk(2), s, ld_alpha=alpha)
        ),
        "wpo": lambda x: count * trl_code.dpo(["sigmoid"], padded(x * mask), lengths, *refs, s, None, padded(squares)),
        "mpo": lambda x: trl_code.dpo(["sigmoid", "bco_pair", "sft"], padded(x * mask), lengths, *refs, s, mpo),
    }
    cases = []
    for name, form in forms.items():
        values, (gradients,), central = with_gradients(form, policy)
        case = {"loss": name, "total": rounded(values.sum().item(), DIGITS)}
        if name in ("ld", "wpo"):
            case["losses"] = rounded(values, DIGITS)
        error = trl_error(theirs[name], values.sum().item(), 1, [gradients], policy)
        confirmed = {"centralDifferences": rounded(central, 2), "trl": rounded(error, 2)}
        cases.append({**case, "gradients": ragged(gradients), "confirmed": confirmed})
    cases[1] |= {"policyLogps": rounded(ld(policy), DIGITS), "referenceLogps": rounded(ld(reference), DIGITS)}
    cases[2]["weights"] = rounded(weights, DIGITS)
    return {
        "notes": "rows: the chosen responses of three pairs, then the rejected; `gradients` of `total` by token; "
        "sft: mean over all chosen tokens; ld, wpo: sigmoid loss, `total` is its sum; mpo: 0.8 sigmoid + 0.2 bco_pair "
        "(means over pairs) + 1.0 sft",
        "settings": {"beta": beta, "ldAlpha": alpha, "mpoWeights": mpo},
        "policy": ragged(policy),
        "reference": ragged(reference),
        "logSumSquares": ragged(squares),
        "cases": cases,
    }


NAMES = dict(pc="policyChosen", pr="policyRejected", rc="referenceChosen", rr="referenceRejected")
NAMES |= dict(nc="chosenTokens", nr="rejectedTokens")


def main() -> None:
    betas = {"toy": 0.1, "toy-one-token": 0.1, "random-1": 0.1, "random-2": 0.7}
    cases = [pair_case(name, batch, s) for batch, beta in betas.items() for name, s in settings_of(beta)]
    kto = [
        kto_case({"beta": 0.1, "desirableWeight": 1.0, "undesirableWeight": 1.0}, 21),
        kto_case({"beta": 0.4, "desirableWeight": 1.0, "undesirableWeight": 1.33}, 22),
        kto_case({"beta": 0.4, "desirableWeight": 1.0, "undesirableWeight": 1.0, "kl": False}, 23),
    ]
    content = {
        **provenance("formulas.py in float64; confirmed by central differences and by TRL's code", ["trl", "torch"]),
        "notes": "per-pair losses, and the gradients of their sum by the policy's log-probabilities; aot's losses are "
        "in the order of the sorted differences, ascending; a gradient is null where it is not defined (on the hinge's "
        "corner, at a tie of a sort); `confirmed` holds the largest relative disagreement found",
        "batches": {name: {NAMES[k]: rounded(v, 17) for k, v in vars(p).items()} for name, p in BATCHES.items()},
        "cases": cases,
        "kto": kto,
        "tokens": token_cases(),
    }
    write(GOLDEN / "losses.json", content)
    for case in [*cases, *kto, *content["tokens"]["cases"]]:
        for how, error in case["confirmed"].items():
            if error > 1e-6:
                print(case["loss"], case.get("batch"), case.get("settings"), how, error)


if __name__ == "__main__":
    main()
