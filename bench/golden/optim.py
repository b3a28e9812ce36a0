"""AdamW with clipping, learning-rate schedules, and the steps that reshape logits before sampling.

    python bench/golden/optim.py

AdamW is torch.optim.AdamW in float64 after torch's clip_grad_norm_; schedules are transformers' get_scheduler; sampling
steps are transformers' logits processors.
"""

import torch
from transformers import get_scheduler
from transformers.generation import logits_process as steps

from common import GOLDEN, provenance, rounded, write

SHAPES = {"weight": [3, 4], "bias": [5], "table": [2, 2, 2]}


def adamw(clip: float, weight_decay: float, betas: tuple, eps: float) -> dict:
    """Five steps at a changing learning rate; gradients of very different sizes, so that clipping acts on some."""
    generator = torch.Generator().manual_seed(31)
    draw = lambda shape: torch.randn(shape, generator=generator, dtype=torch.float64)
    parameters = {name: torch.nn.Parameter(draw(shape)) for name, shape in SHAPES.items()}
    start = {name: rounded(p.detach(), 12) for name, p in parameters.items()}
    for name, p in parameters.items():
        p.data = torch.tensor(start[name], dtype=torch.float64)
    optimizer = torch.optim.AdamW(parameters.values(), lr=1.0, betas=betas, eps=eps, weight_decay=weight_decay)
    history = []
    for learning_rate, scale in zip([0.01, 0.02, 0.02, 0.01, 0.005], [0.05, 3.0, 0.2, 10.0, 0.1]):
        gradients = {name: rounded(scale * draw(p.shape), 12) for name, p in parameters.items()}
        for name, p in parameters.items():
            p.grad = torch.tensor(gradients[name], dtype=torch.float64)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), clip).item()
        optimizer.param_groups[0]["lr"] = learning_rate
        optimizer.step()
        history.append(
            {
                "learningRate": learning_rate,
                "gradients": gradients,
                "gradNorm": rounded(norm, 12),
                "parameters": {name: rounded(p.detach(), 12) for name, p in parameters.items()},
            }
        )
    settings = {"maxGradNorm": clip, "weightDecay": weight_decay, "betas": list(betas), "eps": eps}
    return {"settings": settings, "start": start, "steps": history}


def schedule(kind: str, warmup: int, total: int, rate: float = 1e-3) -> dict:
    """`rates[i]` is what update i (from 0) uses."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)
    scheduler = get_scheduler(kind, optimizer, num_warmup_steps=warmup, num_training_steps=total)
    rates = []
    for _ in range(total):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return {"kind": kind, "learningRate": rate, "warmupSteps": warmup, "totalSteps": total, "rates": rounded(rates, 12)}


def sampling() -> dict:
    """Two rows of logits with ties and a clear favourite; a removed token has logit null (−∞)."""
    generator = torch.Generator().manual_seed(41)
    logits = rounded(1.2 * torch.randn(2, 16, generator=generator), 5)
    logits[1][3] = logits[1][9] = logits[1][12]
    history = [[3, 5, 5, 9, 0], [12, 1, 3, 3, 15]]
    cases = [
        *(({"temperature": t}, steps.TemperatureLogitsWarper(t)) for t in (0.7, 1.5)),
        *(({"topK": k}, steps.TopKLogitsWarper(k)) for k in (1, 5, 40)),
        *(({"topP": p}, steps.TopPLogitsWarper(p)) for p in (0.1, 0.6, 0.9, 1.0)),
        *(({"minP": p}, steps.MinPLogitsWarper(p)) for p in (0.05, 0.3, 1.0)),
        *(({"repetitionPenalty": r}, steps.RepetitionPenaltyLogitsProcessor(r)) for r in (1.2, 0.8)),
    ]
    chain = {"repetitionPenalty": 1.1, "temperature": 0.8, "topK": 10, "topP": 0.9, "minP": 0.1}
    makers = {
        "repetitionPenalty": steps.RepetitionPenaltyLogitsProcessor,
        "temperature": steps.TemperatureLogitsWarper,
        "topK": steps.TopKLogitsWarper,
        "topP": steps.TopPLogitsWarper,
        "minP": steps.MinPLogitsWarper,
    }

    def chained(ids, scores):
        for name, value in chain.items():
            scores = makers[name](value)(ids, scores)
        return scores

    results = []
    for settings, step in [*cases, (chain, chained)]:
        out = step(torch.tensor(history), torch.tensor(logits)).tolist()
        kept = [[None if x == float("-inf") else rounded(x) for x in row] for row in out]
        results.append({"settings": settings, "logits": kept})
    return {"logits": logits, "history": history, "cases": results}


def main() -> None:
    content = {
        **provenance("torch.optim.AdamW, transformers' get_scheduler and logits processors", ["transformers", "torch"]),
        "notes": "AdamW in float64, clipped by global norm before each step, gradNorm before clipping; sampling in "
        "float32, a combined case applies its settings in the order written, `history` is prompt and response so far; "
        "top-k keeps whatever ties with the k-th",
        "adamw": [adamw(1.0, 0.01, (0.9, 0.999), 1e-8), adamw(0.5, 0.0, (0.9, 0.95), 1e-5)],
        "schedules": [
            schedule("constant", 0, 6),
            schedule("constant_with_warmup", 3, 6),
            schedule("linear", 0, 8),
            schedule("linear", 3, 10),
            schedule("cosine", 0, 8),
            schedule("cosine", 3, 10),
        ],
        "sampling": sampling(),
    }
    write(GOLDEN / "optim.json", content)


if __name__ == "__main__":
    main()
