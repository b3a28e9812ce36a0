"""LoRA adapters made and saved by PEFT over the golden models, with the logits PEFT computes with and without them.

    python bench/golden/lora.py        (after models.py)

Two optimizer steps on random tokens move both factors away from their start, where B = 0.
"""

import json
import pathlib
import shutil

import peft
import torch
import transformers
from transformers import AutoModelForCausalLM

from common import GOLDEN, provenance, rounded, write

ADAPTERS = {
    "llama-gqa-tied": dict(base="llama-gqa-tied", r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"]),
    "llama-rslora-all-linear": dict(base="llama", r=4, lora_alpha=8, target_modules="all-linear", use_rslora=True),
    "gpt2": dict(base="gpt2", r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True),
}


def load(base: str):
    folder = GOLDEN / "models" / base
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def train(model, steps: int = 2) -> None:
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    ids = torch.randint(3, 97, (2, 16), generator=torch.Generator().manual_seed(7))
    for _ in range(steps):
        model(ids, labels=ids).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def save(model, folder: pathlib.Path, base: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = {**json.loads(path.read_text()), "base_model_name_or_path": base}
    config["target_modules"] = sorted(config["target_modules"])  # PEFT writes a set, in any order
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def logits(model, ids: list[int], positions: list[int]) -> list:
    found = model(torch.tensor([ids])).logits[0]
    return [{"position": p, "values": rounded(found[p])} for p in positions]


def golden(name: str, base: str, **settings) -> None:
    torch.manual_seed(11)
    model = peft.get_peft_model(load(base), peft.LoraConfig(task_type="CAUSAL_LM", **settings))
    train(model)
    folder = GOLDEN / "peft" / name
    save(model, folder, base)

    model = peft.PeftModel.from_pretrained(load(base), folder).eval()
    ids = [1, *torch.randint(3, 97, (15,), generator=torch.Generator().manual_seed(8)).tolist()]
    positions = [0, 7, 15]
    with model.disable_adapter():
        without = logits(model, ids, positions)
    adapted = logits(model, ids, positions)
    merged = logits(model.merge_and_unload(), ids, positions)
    content = {
        **provenance("PEFT's LoRA over a golden model, trained for two steps", ["peft", "transformers", "torch"]),
        "notes": "`logits` with the adapter on, `baseLogits` with it off, `mergedLogits` after merge_and_unload",
        "base": f"models/{base}",
        "ids": ids,
        "logits": adapted,
        "baseLogits": without,
        "mergedLogits": merged,
    }
    write(folder / "expected.json", content)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for name, recipe in ADAPTERS.items():
        golden(name, **recipe)
