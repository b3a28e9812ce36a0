"""Holds the scores of `attune score` against transformers (and PEFT) on the folder that Attune wrote.

    attune score --model FOLDER --data pairs.jsonl --out ours.jsonl
    python bench/check_reward.py --model FOLDER [--adapter FOLDER] --data pairs.jsonl --scores ours.jsonl

With --adapter, --model is the language model that the adapter stands on. Ends with 1 where a score is further apart
than the tolerance.
"""

import argparse
import pathlib

import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from check_export import lines, tokens
from trl_reward import headed


def load(args: argparse.Namespace):
    if args.adapter:
        from peft import PeftModel

        return PeftModel.from_pretrained(headed(args.model), args.adapter).eval()
    return AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=1, dtype=torch.float32).eval()


@torch.no_grad()
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--adapter", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="the pairs that attune score read")
    parser.add_argument("--scores", type=pathlib.Path, required=True, help="what attune score wrote")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    model, tokenizer = load(args), AutoTokenizer.from_pretrained(args.adapter or args.model)
    worst = 0.0
    pairs, ours = lines(args.data), lines(args.scores)
    if len(pairs) != len(ours):
        raise SystemExit(f"{args.data} has {len(pairs)} pairs, {args.scores} has {len(ours)} lines")
    for pair, line in zip(pairs, ours):
        for side in ("chosen", "rejected"):
            ids, _ = tokens(tokenizer, pair["prompt"], pair[side])
            theirs = model(torch.tensor([ids])).logits[0, 0].item()
            worst = max(worst, abs(theirs - line[side]))
    print(f"{type(model).__name__}: {2 * len(pairs)} scores, at most {worst:.1e} apart")
    return 1 if worst > args.tolerance else 0


if __name__ == "__main__":
    raise SystemExit(main())
