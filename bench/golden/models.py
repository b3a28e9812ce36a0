"""Tiny random models of every family, saved as Hugging Face folders, with what transformers computes from them.

    python bench/golden/models.py

Weights are drawn so that every part matters: norms are not 1, biases are not 0, logits spread over several nats.
Each model is loaded back from its folder before anything is computed, in float32 with eager attention.
"""

import json
import os
import pathlib
import shutil

import safetensors.torch
import torch
import transformers
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MistralConfig, Qwen2Config

from common import GOLDEN, provenance, rounded, write

VOCAB = 97
SMALL = dict(
    vocab_size=VOCAB,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=4,
    max_position_embeddings=128,
    bos_token_id=1,
    eos_token_id=2,
)
GROUPED = {**SMALL, "num_key_value_heads": 2}
WIDE_HEADS = {**SMALL, "num_attention_heads": 2, "num_key_value_heads": 1}
THETA = {"rope_type": "default", "rope_theta": 10000.0}
LLAMA3 = {  # wavelengths of a head of 16 are 6 to 20,000: kept below 16, blended to 64, divided above
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
GPT2 = GPT2Config(
    vocab_size=VOCAB, n_embd=32, n_layer=2, n_head=4, n_inner=64, n_positions=64, bos_token_id=1, eos_token_id=2
)


def llama(base=SMALL, rope=THETA, **settings):
    return LlamaConfig(**{**base, "rope_parameters": rope, "tie_word_embeddings": False, **settings})


# `layout` is the way config.json is written: "v5" as transformers 5 writes it (rope_parameters, dtype), "v4" as most
# published models have it (rope_theta, rope_scaling, torch_dtype), "v4-type" with the older key inside rope_scaling.
MODELS = {
    "llama": dict(config=llama(), layout="v4"),
    "llama-gqa-tied": dict(config=llama(GROUPED, tie_word_embeddings=True), layout="v4"),
    "llama-biases": dict(config=llama(GROUPED, attention_bias=True, mlp_bias=True), layout="v5"),
    "llama-rope-llama3": dict(config=llama(WIDE_HEADS, LLAMA3), layout="v4"),
    "llama-rope-llama3-v5": dict(config=llama(WIDE_HEADS, LLAMA3), layout="v5"),
    "llama-rope-linear": dict(config=llama(GROUPED, LINEAR), layout="v4-type"),
    "llama-head-dim": dict(config=llama(GROUPED, head_dim=12), layout="v5"),
    "llama-sharded": dict(config=llama(GROUPED), layout="v4", shard="30KB"),
    "llama-bf16": dict(config=llama(GROUPED), layout="v4", dtype=torch.bfloat16),
    "smollm2": dict(
        config=llama(
            {**SMALL, "hidden_size": 36, "num_attention_heads": 9, "num_key_value_heads": 3},
            {"rope_type": "default", "rope_theta": 100000.0},
            tie_word_embeddings=True,
            rms_norm_eps=1e-5,
        ),
        layout="v4",
    ),
    "tinyllama": dict(
        config=llama(
            {**SMALL, "num_attention_heads": 8, "num_key_value_heads": 1, "num_hidden_layers": 3}, rms_norm_eps=1e-5
        ),
        layout="v4",
    ),
    "mistral": dict(
        config=MistralConfig(**GROUPED, sliding_window=8, rope_parameters=THETA, tie_word_embeddings=False), layout="v4"
    ),
    "qwen2": dict(config=Qwen2Config(**GROUPED, rope_parameters=THETA, tie_word_embeddings=False), layout="v4"),
    "qwen2-tied": dict(
        config=Qwen2Config(
            **GROUPED, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, tie_word_embeddings=True
        ),
        layout="v5",
    ),
    "gpt2": dict(config=GPT2, layout="v4"),
    "gpt2-no-prefix": dict(config=GPT2, layout="v4", strip="transformer."),
}


def fill(model: torch.nn.Module, seed: int) -> None:
    """Draws every parameter from its own stream: matrices by fan-in, norms around 1, biases around 0."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name or ".ln_" in name:
            centre = 0.0 if name.endswith("bias") else 1.0
            parameter.data = centre + 0.2 * noise
        elif parameter.dim() == 1:
            parameter.data = 0.3 * noise
        elif "embed" in name or "wte" in name or "wpe" in name:
            parameter.data = 0.6 * noise
        else:
            parameter.data = 1.4 * noise / parameter.shape[-1] ** 0.5


def rewrite_config(folder: pathlib.Path, layout: str) -> None:
    """Turns the config.json of transformers 5 into the form of transformers 4."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("transformers_version")
    if layout != "v5":
        config.pop("head_dim", None)  # older files leave it to be derived
        config["torch_dtype"] = config.pop("dtype")
        rope = config.pop("rope_parameters", None)
        if rope is not None:
            config["rope_theta"] = rope.pop("rope_theta")
            kind = rope.pop("rope_type")
            name = "type" if layout == "v4-type" else "rope_type"
            config["rope_scaling"] = None if kind == "default" else {name: kind, **rope}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def save(name: str, seed: int, config, layout: str, dtype=torch.float32, shard="1GB", strip="") -> pathlib.Path:
    model = AutoModelForCausalLM.from_config(config)
    fill(model, seed)
    folder = GOLDEN / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    (folder / "generation_config.json").unlink(missing_ok=True)
    if strip:
        path = folder / "model.safetensors"
        tensors = safetensors.torch.load_file(path)
        tensors = {key.removeprefix(strip): tensor for key, tensor in tensors.items()}
        safetensors.torch.save_file(tensors, path, metadata={"format": "pt"})
    rewrite_config(folder, layout)
    return folder


def greedy(model, ids: list[int], count: int = 12) -> dict:
    """The most likely continuation, by whole forward passes; `smallestGap` says how sure the choices were."""
    new, logps, gaps = [], [], []
    for _ in range(count):
        last = model(torch.tensor([ids + new])).logits[0, -1].log_softmax(-1)
        best = last.topk(2)
        new.append(best.indices[0].item())
        logps.append(best.values[0].item())
        gaps.append((best.values[0] - best.values[1]).item())
    return {"ids": new, "logps": rounded(logps), "smallestGap": rounded(min(gaps))}


@torch.no_grad()
def expected(folder: pathlib.Path, seed: int) -> dict:
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    generator = torch.Generator().manual_seed(1000 + seed)
    sequences = []
    for length in (24, 13):
        ids = [1, *torch.randint(3, VOCAB, (length - 1,), generator=generator).tolist()]
        logits = model(torch.tensor([ids])).logits[0]
        logps = logits[:-1].log_softmax(-1).gather(1, torch.tensor(ids[1:])[:, None])[:, 0]
        positions = sorted({0, 7, length // 2, length - 2, length - 1})
        sequences.append(
            {
                "ids": ids,
                "logits": [{"position": p, "values": rounded(logits[p])} for p in positions],
                "tokenLogps": rounded(logps),
                "greedy": greedy(model, ids),
            }
        )
    return {"sequences": sequences}


def main() -> None:
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for seed, (name, recipe) in enumerate(MODELS.items()):
        folder = save(name, seed, **recipe)
        note = "position 0 is the first token; tokenLogps[t] is log p(ids[t+1] | ids[..t]) in nats; all float32, eager"
        if "dtype" in recipe:
            note += "; weights stored in bfloat16 and widened to float32 before anything is computed"
        head = provenance("transformers on random weights made by this script", ["transformers", "torch"])
        write(folder / "expected.json", {**head, "notes": note, "seed": seed, **expected(folder, seed)})


if __name__ == "__main__":
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    main()
