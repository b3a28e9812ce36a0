"""Preference pairs from a file of stories: how a story really goes on is chosen, another story's middle is rejected.

    python bench/make_pairs.py --text stories.txt.gz --model MODEL --out pairs.jsonl --count 160

The prompt is a paragraph's first sentence and a blank line, a response one to three later ones. Only pairs are kept
whose prompt tokens are the first tokens of prompt and response together, so that no tool has to decide where the
boundary lies; and only ASCII, because tools differ in what they make of characters that a small vocabulary lacks.
"""

import argparse
import gzip
import json
import pathlib
import random
import re

from tokenizers import Tokenizer


def stories(path: pathlib.Path) -> list[list[str]]:
    """Paragraphs of at least five sentences, each sentence with the space before it."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    found = [re.findall(r'\s?[^.!?]+[.!?]+"?', line.strip()) for line in text.split("\n")]
    return [sentences for sentences in found if len(sentences) >= 5]


def clean(tokenizer: Tokenizer, prompt: str, response: str) -> bool:
    ids = tokenizer.encode(prompt).ids
    return (prompt + response).isascii() and tokenizer.encode(prompt + response).ids[: len(ids)] == ids


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--distinct", action="store_true", help="each prompt once: attune train reward keeps them together")
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    chance = random.Random(args.seed)
    all_stories = stories(args.text)
    pairs, tried, seen = [], 0, set()
    for story in all_stories:
        other = chance.choice(all_stories)
        prompt = story[0].strip() + "\n\n"
        chosen = "".join(story[1 : 1 + chance.randint(1, 3)]).strip()
        rejected = "".join(other[2 : 2 + chance.randint(1, 3)]).strip()
        tried += 1
        if args.distinct and prompt in seen:
            continue
        if other is not story and clean(tokenizer, prompt, chosen) and clean(tokenizer, prompt, rejected):
            seen.add(prompt)
            pairs.append({"id": f"pair-{len(pairs)}", "prompt": prompt, "chosen": chosen, "rejected": rejected})
        if len(pairs) == args.count:
            break
    args.out.write_text("".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in pairs))
    print(f"{len(pairs)} pairs of {tried} tried in {args.out}")


if __name__ == "__main__":
    main()
