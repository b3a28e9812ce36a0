"""TRL's DPOTrainer in float32 on the CPU, over pairs in the order of their file: its metrics, step by step, as JSON.

    python bench/trl_dpo.py --model MODEL --data pairs.jsonl --out trl.json

The reference is the model before training. Pairs are plain text; TRL appends the end token.
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
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer

KEYS = ["loss", "grad_norm", "learning_rate"]
KEYS += [f"rewards/{part}" for part in ("chosen", "rejected", "margins", "accuracies")]
KEYS += ["logps/chosen", "logps/rejected"]
ATTUNE_SETTINGS = {}  # of its own


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The settings that both sides read, under TRL's names."""
    parser.add_argument("--model", type=pathlib.Path, required=True, help="Hugging Face folder")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="pairs, JSONL")
    parser.add_argument("--max_steps", type=int, default=20)
    parser.add_argument("--per_device_train_batch_size", type=int, default=4)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=1)
    parser.add_argument("--learning_rate", type=float, default=2e-4)
    parser.add_argument("--lr_scheduler_type", default="linear", choices=["constant", "linear", "cosine"])
    parser.add_argument("--warmup_steps", type=int, default=2)
    parser.add_argument("--weight_decay", type=float, default=0.01)
    parser.add_argument("--max_grad_norm", type=float, default=1.0)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--loss_type", nargs="+", default=["sigmoid"])
    parser.add_argument("--label_smoothing", type=float, default=0.0)
    parser.add_argument("--max_length", type=int, default=256)


def start(model: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """What both sides start from."""
    return model


def settings_of(args: argparse.Namespace) -> dict:
    return {key: value for key, value in vars(args).items() if key not in ("model", "data", "out")}


def load_tokenizer(folder: pathlib.Path, texts: list[str]):
    """transformers may build a class of its own in place of tokenizer.json: both must read these texts alike."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    literal = Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in texts:
        if tokenizer(text).input_ids != literal.encode(text).ids:
            raise SystemExit(f"{folder}: transformers and tokenizer.json give different tokens for {text!r}")
    return tokenizer


def train(args: argparse.Namespace, scratch: str) -> dict:
    rows = [json.loads(line) for line in args.data.read_text().splitlines()]
    pairs = Dataset.from_list([{key: row[key] for key in ("prompt", "chosen", "rejected")} for row in rows])
    config = trl.DPOConfig(
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
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32)
    texts = [row["prompt"] + row[side] for row in rows for side in ("chosen", "rejected")]
    tokenizer = load_tokenizer(args.model, texts)
    trainer = trl.DPOTrainer(model=model, args=config, train_dataset=pairs, processing_class=tokenizer)
    began = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - began
    logs = [log for log in trainer.state.log_history if "loss" in log]
    versions = {"trl": trl.__version__, "transformers": transformers.__version__, "torch": torch.__version__}
    return {
        "tool": "TRL DPOTrainer, float32, CPU",
        "versions": versions,
        "threads": torch.get_num_threads(),
        "seconds": round(seconds, 3),
        "settings": {"model": args.model.name, "data": args.data.name, **settings_of(args)},
        "firstPair": {key: trainer.train_dataset[0][key] for key in ("prompt_ids", "chosen_ids", "rejected_ids")},
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
