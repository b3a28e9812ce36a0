"""Holds a GGUF file that Attune wrote against the folder it was made from: llama.cpp on the one, transformers on the other.

    python bench/check_gguf.py --model FOLDER --gguf FILE [--tolerance 1e-3]

Compares the logits of random tokens, and where the folder has a tokenizer, the token ids of awkward texts. Ends with 1
where a logit is further apart than the tolerance or a text becomes other tokens. Files in float32 come within 1e-4;
GPT-2 within 1e-2, because llama.cpp looks its GELU up in a table of half precision.
"""

import argparse
import pathlib

import llama_cpp
import numpy as np
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = [
    "The quick brown fox",
    "  spaces  and\n\nlines\t\ttabs ",
    "don't WE'LL 12345 3.14 ½ ² Ⅷ",
    "naïve 漢字 👩‍👩‍👧 é עברית ไทย",
    "price: $5.00!! (really?) [x] {y} #tag @me ~ ^ ` | \\ /",
]


def worst_logit(args: argparse.Namespace) -> float:
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32).eval()
    ids = np.random.default_rng(0).integers(0, model.config.vocab_size, 32).tolist()
    with torch.no_grad():
        theirs = model(torch.tensor([ids])).logits[0].numpy()
    # type_k, type_v 0: the cache in float32 too.
    llama = llama_cpp.Llama(str(args.gguf), n_ctx=64, logits_all=True, type_k=0, type_v=0, verbose=False)
    llama.eval(ids)
    ours = np.array(llama.scores[: len(ids)])
    llama.close()
    return float(np.abs(ours - theirs).max())


def other_tokens(args: argparse.Namespace) -> list[str]:
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    llama = llama_cpp.Llama(str(args.gguf), vocab_only=True, verbose=False)
    tokens = lambda text: llama.tokenize(text.encode(), add_bos=True, special=True)
    wrong = [text for text in TEXTS if tokens(text) != tokenizer(text).input_ids]
    llama.close()
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--gguf", type=pathlib.Path, required=True)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    worst = worst_logit(args)
    print(f"logits of 32 tokens: at most {worst:.1e} apart")
    wrong = other_tokens(args) if (args.model / "tokenizer.json").exists() else []
    for text in wrong:
        print(f"other tokens: {text!r}")
    return 1 if wrong or worst > args.tolerance else 0


if __name__ == "__main__":
    raise SystemExit(main())
