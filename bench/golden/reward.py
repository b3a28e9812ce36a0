"""Tiny reward models made by transformers and PEFT, with the scores they give.

    python bench/golden/reward.py        (after models.py)

`…ForSequenceClassification` of every family, and LoRA adapters (`SEQ_CLS`) over two golden language models, whose score
head is saved beside the adapters. Scores are of single sequences without padding, read at the last token.
"""

import json
import pathlib
import shutil

import peft
import torch
import transformers
from transformers import AutoModelForSequenceClassification, GPT2Config, LlamaConfig, MistralConfig, Qwen2Config

from common import GOLDEN, provenance, rounded, write
from models import fill

VOCAB = 41
SMALL = dict(
    vocab_size=VOCAB,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    bos_token_id=1,
    eos_token_id=2,
    num_labels=1,
)
MODELS = {
    "llama": LlamaConfig(**SMALL, tie_word_embeddings=False),
    "llama-eos-is-pad": LlamaConfig(**SMALL, tie_word_embeddings=True, pad_token_id=2),
    "mistral": MistralConfig(**SMALL, sliding_window=6),
    "qwen2": Qwen2Config(**SMALL, tie_word_embeddings=True),
    "gpt2": GPT2Config(
        vocab_size=VOCAB,
        n_embd=16,
        n_layer=2,
        n_head=4,
        n_inner=24,
        n_positions=64,
        bos_token_id=1,
        eos_token_id=2,
        num_labels=1,
    ),
}
ADAPTERS = {
    "peft-llama": dict(base="llama-gqa-tied", r=2, lora_alpha=8, target_modules=["q_proj", "down_proj"]),
    "peft-gpt2": dict(base="gpt2", r=2, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True),
}


def load(folder: pathlib.Path):
    settings = dict(dtype=torch.float32, attn_implementation="eager", num_labels=1)
    return AutoModelForSequenceClassification.from_pretrained(folder, **settings).eval()


@torch.no_grad()
def scored(model, vocab: int) -> list[dict]:
    """Sequences and their scores; where the end token pads, transformers passes over one that ends a sequence."""
    generator = torch.Generator().manual_seed(5)
    draw = lambda length: [1, *torch.randint(3, vocab, (length - 1,), generator=generator).tolist()]
    model.config.pad_token_id = None
    sequences = [draw(1), draw(5), draw(12), [*draw(9), 2], [*draw(4), 2, 2]]
    return [{"ids": ids, "score": rounded(model(torch.tensor([ids])).logits[0, 0])} for ids in sequences]


def whole(name: str, seed: int, config) -> None:
    model = AutoModelForSequenceClassification.from_config(config)
    fill(model, seed)
    folder = GOLDEN / "reward" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    path = folder / "config.json"
    saved = json.loads(path.read_text())
    saved.pop("transformers_version")
    path.write_text(json.dumps(saved, indent=2, sort_keys=True) + "\n")
    head = provenance("transformers on random weights made by this script", ["transformers", "torch"])
    write(folder / "expected.json", {**head, "seed": seed, "sequences": scored(load(folder), VOCAB)})


def adapter(name: str, base: str, **settings) -> None:
    torch.manual_seed(12)
    start = GOLDEN / "models" / base
    model = peft.get_peft_model(load(start), peft.LoraConfig(task_type="SEQ_CLS", **settings))
    model.config.pad_token_id = None
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=0.05)
    chosen, rejected = torch.randint(3, 97, (2, 8, 16), generator=torch.Generator().manual_seed(7))
    for _ in range(2):
        lead = torch.stack([model(a[None]).logits - model(b[None]).logits for a, b in zip(chosen, rejected)])
        (-torch.nn.functional.logsigmoid(lead).mean()).backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = GOLDEN / "reward" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = {**json.loads(path.read_text()), "base_model_name_or_path": base}
    for key in ("target_modules", "modules_to_save"):
        config[key] = sorted(config[key])  # PEFT writes a set, in any order
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")

    model = peft.PeftModel.from_pretrained(load(start), folder).eval()
    head = provenance("PEFT's LoRA over a golden model, trained on two batches of pairs", ["peft", "transformers", "torch"])
    adapted = scored(model, 97)
    merged = scored(model.merge_and_unload(), 97)
    content = {**head, "base": f"models/{base}", "sequences": adapted, "merged": merged}
    write(folder / "expected.json", content)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (name, config) in enumerate(MODELS.items()):
        whole(name, seed, config)
    for name, recipe in ADAPTERS.items():
        adapter(name, **recipe)
