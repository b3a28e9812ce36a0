"""Whether transformers agrees with the expected.json beside a model: scored sentences, pairs, and greedy continuations.

python bench/check_transformers.py MODEL
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM


@torch.no_grad()
def token_logps(model, ids: list[int]) -> torch.Tensor:
    """log p(ids[t+1] | ids[..t]), [tokens − 1]."""
    logps = model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    return logps.gather(1, torch.tensor(ids[1:])[:, None])[:, 0]


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    expected = json.loads((folder / "expected.json").read_text())
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float64).eval()
    errors = {"token_logprobs": 0.0, "pairs": 0.0, "greedy logits": 0.0, "greedy logprobs": 0.0}
    for case in expected["score"]:
        apart = (token_logps(model, case["ids"]) - torch.tensor(case["token_logprobs"])).abs().max().item()
        errors["token_logprobs"] = max(errors["token_logprobs"], apart)
    for pair in expected["pairs"]:
        for side in (pair["chosen"], pair["rejected"]):
            total = token_logps(model, side["ids"])[side["completion_start"] - 1 :].sum().item()
            errors["pairs"] = max(errors["pairs"], abs(total - side["sum_logprob"]))
    different = 0
    for case in expected["greedy"]:
        ids = case["prompt_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1, :8]
            everything = model(torch.tensor([ids + case["new_ids"]])).logits[0, len(ids) - 1 : -1]
        errors["greedy logits"] = max(
            errors["greedy logits"], (logits - torch.tensor(case["last_logits_first8"])).abs().max().item()
        )
        apart = token_logps(model, ids + case["new_ids"])[len(ids) - 1 :] - torch.tensor(case["new_logprobs"])
        errors["greedy logprobs"] = max(errors["greedy logprobs"], apart.abs().max().item())
        different += (everything.argmax(-1) != torch.tensor(case["new_ids"])).sum().item()
    for name, error in errors.items():
        print(f"{name:<16} at most {error:.1e} apart")
    print(f"greedy tokens    {different} differ")
    return 1 if different or max(errors.values()) > 1e-4 else 0


if __name__ == "__main__":
    raise SystemExit(main())
