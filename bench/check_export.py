"""Holds the log-probabilities of `attune logps` against transformers on the folder that Attune exported.

    attune logps --model FOLDER --data pairs.jsonl --out ours.jsonl
    python bench/check_export.py --model FOLDER [--adapter FOLDER] --data pairs.jsonl --logps ours.jsonl

Prompt and response are tokenised as TRL does it: together, with the end token behind plain text. Ends with 1 where a
number of tokens differs, or a log-probability by more than the tolerance per token.
"""

import argparse
import json
import pathlib

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer


def lines(path: pathlib.Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def tokens(tokenizer, prompt, response) -> tuple[list[int], int]:
    """Token ids of prompt and response, and where the response begins."""
    if isinstance(prompt, str):
        end = "" if response.endswith(tokenizer.eos_token) else tokenizer.eos_token
        before, both = tokenizer(prompt).input_ids, tokenizer(prompt + response + end).input_ids
    else:
        render = lambda messages, **how: tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=False, **how
        )
        before, both = render(prompt, add_generation_prompt=True), render(prompt + response)
    start = 0
    while start < min(len(before), len(both)) and before[start] == both[start]:
        start += 1
    return both, start


@torch.no_grad()
def logp(model, ids: list[int], start: int) -> float:
    logits = model(torch.tensor([ids])).logits[0, start - 1 : -1].float()
    picked = logits.log_softmax(-1).gather(1, torch.tensor(ids[start:])[:, None])
    return picked.double().sum().item()


def load(args: argparse.Namespace):
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=getattr(torch, args.dtype))
    if args.adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, args.adapter)
    return model.eval()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--adapter", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the pairs that attune logps read")
    parser.add_argument("--logps", type=pathlib.Path, required=True, help="what attune logps wrote")
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--tolerance", type=float, default=1e-4, help="nats per token")
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    model, tokenizer = load(args), AutoTokenizer.from_pretrained(args.model)
    pairs, ours = lines(args.data), lines(args.logps)
    if len(pairs) != len(ours):
        raise SystemExit(f"{args.data} has {len(pairs)} pairs, {args.logps} has {len(ours)} lines")
    worst, wrong = 0.0, 0
    for pair, line in zip(pairs, ours):
        for side in ("chosen", "rejected"):
            ids, start = tokens(tokenizer, pair["prompt"], pair[side])
            count, theirs = len(ids) - start, logp(model, ids, start)
            apart = abs(theirs - line[side]) / max(1, count)
            worst = max(worst, apart)
            if count != line[f"{side}Tokens"] or apart > args.tolerance:
                wrong += 1
                found = f"{line[side]:.5f} over {line[f'{side}Tokens']} tokens"
                print(f"{line.get('id')}, {side}: attune {found}, transformers {theirs:.5f} over {count}")
    print(f"{2 * len(pairs)} responses, {wrong} differ; at most {worst:.1e} nats per token apart")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
