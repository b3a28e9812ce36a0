"""TRL's RewardTrainer in float32 on the CPU, over pairs in the order of their file: its metrics, step by step, as JSON.

    python bench/trl_reward.py --model MODEL --data pairs.jsonl --out trl.json

MODEL is a reward model, so that everyone starts from the same head: `start` makes one of a language model. Pairs are
plain text; TRL appends the end token. The padding token must not be the end token: transformers reads the score at the
last token that is not padding, which then is the one before.
"""

import argparse
import json
import pathlib
import tempfile
import time

import torch
import transformers
import trl
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from trl_dpo import load_tokenizer, settings_of

KEYS = ["loss", "grad_norm", "learning_rate", "accuracy", "margin", "mean_reward", "min_reward", "max_reward"]
ATTUNE_SETTINGS = {"eta": 0}  # which TRL does not have


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The settings that both sides read, under TRL's names."""
    parser.add_argument("--model", type=pathlib.Path, required=True, help="Hugging Face folder")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="pairs, JSONL")
    parser.add_argument("--max_steps", type=int, default=10)
    parser.add_argument("--per_device_train_batch_size", type=int, default=4)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=1)
    parser.add_argument("--learning_rate", type=float, default=2e-4)
    parser.add_argument("--lr_scheduler_type", default="linear", choices=["constant", "linear", "cosine"])
    parser.add_argument("--warmup_steps", type=int, default=2)
    parser.add_argument("--weight_decay", type=float, default=0.01)
    parser.add_argument("--max_grad_norm", type=float, default=1.0)
    parser.add_argument("--center_rewards_coefficient", type=float, default=0.0)
    parser.add_argument("--max_length", type=int, default=256)


def headed(model: pathlib.Path):
    """A reward model of a language model, its head drawn by transformers under a fixed seed.

    By way of the language model: of a checkpoint that keeps tied weights as lm_head only, transformers would draw the
    embedding of a sequence classifier anew.
    """
    torch.manual_seed(0)
    language = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    language.config.num_labels = 1
    language.config.pad_token_id = None
    made = AutoModelForSequenceClassification.from_config(language.config)
    trunk = made.base_model_prefix
    getattr(made, trunk).load_state_dict(getattr(language, trunk).state_dict())
    return made


def start(model: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """The reward model that both sides start from, as a folder."""
    to = folder / "start"
    headed(model).save_pretrained(to)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (to / name).write_bytes((model / name).read_bytes())
    return to


def train(args: argparse.Namespace, scratch: str) -> dict:
    rows = [json.loads(line) for line in args.data.read_text().splitlines()]
    pairs = Dataset.from_list([{key: row[key] for key in ("prompt", "chosen", "rejected")} for row in rows])
    config = trl.RewardConfig(
        **settings_of(args),
        output_dir=scratch,
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        train_sampling_strategy="sequential",
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    model = AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=1, dtype=torch.float32)
    texts = [row["prompt"] + row[side] for row in rows for side in ("chosen", "rejected")]
    tokenizer = load_tokenizer(args.model, texts)
    if tokenizer.pad_token_id in (None, tokenizer.eos_token_id):
        raise SystemExit(f"{args.model}: the tokenizer has no padding token of its own")
    trainer = trl.RewardTrainer(model=model, args=config, train_dataset=pairs, processing_class=tokenizer)
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    logs = [log for log in trainer.state.log_history if "loss" in log]
    versions = {"trl": trl.__version__, "transformers": transformers.__version__, "torch": torch.__version__}
    return {
        "tool": "TRL RewardTrainer, float32, CPU",
        "versions": versions,
        "threads": torch.get_num_threads(),
        "seconds": round(seconds, 3),
        "settings": {"model": args.model.name, "data": args.data.name, **settings_of(args)},
        "firstPair": {key: trainer.train_dataset[0][key] for key in ("chosen_ids", "rejected_ids")},
        "steps": [{key: log[key] for key in ["step", *KEYS]} for log in logs],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_settings(parser)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    transformers.logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as scratch:
        result = train(args, scratch)
    args.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
