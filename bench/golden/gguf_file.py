"""A tiny Llama as a GGUF file with a tensor of every type we read, and the values gguf's own code reads from it.

    python bench/golden/gguf_file.py

F32, F16, BF16, Q8_0, Q4_0 and Q4_1 are quantised by the gguf package from random weights; the blocks of Q4_K and Q6_K,
which it cannot write, are random bytes under sane scales. llama.cpp's rotary layout applies: the rows of q and k are
interleaved within each head. Logits come from transformers reading this very file; llama.cpp confirms them.
"""

import pathlib
import tempfile

import gguf
import llama_cpp
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Type
from transformers import AutoModelForCausalLM

from common import GOLDEN, provenance, rounded, write

HIDDEN, HEADS, KV_HEADS, HEAD, INNER, VOCAB, LAYERS = 256, 2, 1, 32, 32, 64, 2
IDS = [1, 17, 5, 42, 63, 8, 8, 30, 11, 54]
FILE = GOLDEN / "gguf" / "llama.gguf"
# Every type twice at least; rows of K-quants are multiples of 256, of the others of 32.
TYPES = {
    "token_embd": ([VOCAB, HIDDEN], [Type.Q8_0]),
    "output": ([VOCAB, HIDDEN], [Type.Q6_K]),
    "attn_q": ([HEADS * HEAD, HIDDEN], [Type.Q4_K, Type.Q6_K]),
    "attn_k": ([KV_HEADS * HEAD, HIDDEN], [Type.BF16, Type.Q4_K]),
    "attn_v": ([KV_HEADS * HEAD, HIDDEN], [Type.Q6_K, Type.F16]),
    "attn_output": ([HIDDEN, HEADS * HEAD], [Type.Q8_0, Type.Q4_1]),
    "ffn_gate": ([INNER, HIDDEN], [Type.Q4_K, Type.Q4_0]),
    "ffn_up": ([INNER, HIDDEN], [Type.Q4_1, Type.BF16]),
    "ffn_down": ([HIDDEN, INNER], [Type.Q4_0, Type.F16]),
}


def random_blocks(rng, shape, kind) -> np.ndarray:
    """K-quant blocks of 256 values as bytes, [rows, bytes]."""
    count = shape[0] * shape[1] // 256
    half = lambda low, high: rng.uniform(low, high, (count, 1)).astype(np.float16).view(np.uint8)
    some = lambda n: rng.integers(0, 256, (count, n), dtype=np.uint8)
    if kind == Type.Q4_K:  # scale, scale of the minima, twelve bytes of 6-bit scales, nibbles
        parts = [half(3e-4, 6e-4), half(2e-3, 4e-3), some(12), some(128)]
    else:  # Q6_K: low nibbles, high pairs of bits, signed scales, scale
        scales = rng.integers(-32, 33, (count, 16)).astype(np.int8).view(np.uint8)
        parts = [some(128), some(64), scales, half(1e-4, 3e-4)]
    return np.concatenate(parts, axis=1).reshape(shape[0], -1)


def tensors(rng):
    """(name, type, data as it stands in the file)."""
    for name, (shape, types) in TYPES.items():
        for layer, kind in enumerate(types):
            full = f"{name}.weight" if len(types) == 1 else f"blk.{layer}.{name}.weight"
            if kind in (Type.Q4_K, Type.Q6_K):
                yield full, kind, random_blocks(rng, shape, kind)
                continue
            values = (rng.standard_normal(shape) / np.sqrt(shape[1])).astype(np.float32)
            yield full, kind, values.astype(np.float16) if kind == Type.F16 else gguf.quants.quantize(values, kind)
    norms = ["output_norm"] + [f"blk.{i}.{n}" for i in range(LAYERS) for n in ("attn_norm", "ffn_norm")]
    for name in norms:
        yield f"{name}.weight", Type.F32, (1 + 0.2 * rng.standard_normal(HIDDEN)).astype(np.float32)


EXTRA = {  # one key of every type that a header may hold
    "test.uint8": ("add_uint8", 200),
    "test.int8": ("add_int8", -100),
    "test.uint16": ("add_uint16", 60000),
    "test.int16": ("add_int16", -30000),
    "test.int32": ("add_int32", -2000000000),
    "test.uint64": ("add_uint64", 2**40),
    "test.int64": ("add_int64", -(2**40)),
    "test.float64": ("add_float64", 0.1),
    "test.bool": ("add_bool", True),
    "test.string": ("add_string", "naïve 漢字"),
    "test.array.int32": ("add_array", [3, -1, 4]),
    "test.array.float32": ("add_array", [0.5, -0.25]),
    "test.array.string": ("add_array", ["a", "", "ß"]),
    "test.array.bool": ("add_array", [True, False]),
}


def write_file(path: pathlib.Path, content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    out = gguf.GGUFWriter(path, "llama")
    out.add_name("tiny random llama")
    out.add_context_length(128)
    out.add_embedding_length(HIDDEN)
    out.add_block_count(LAYERS)
    out.add_feed_forward_length(INNER)
    out.add_head_count(HEADS)
    out.add_head_count_kv(KV_HEADS)
    out.add_key_length(HEAD)
    out.add_value_length(HEAD)
    out.add_rope_dimension_count(HEAD)
    out.add_rope_freq_base(10000.0)
    out.add_layer_norm_rms_eps(1e-5)
    out.add_vocab_size(VOCAB)
    out.add_tokenizer_model("none")
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    for key, (method, value) in EXTRA.items():
        getattr(out, method)(key, value)
    for name, kind, data in content:
        out.add_tensor(name, data, raw_dtype=kind)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def contents() -> dict:
    """Each tensor by gguf's reader: type, shape with the outer dimension first, and its dequantised values."""
    found = {}
    for tensor in gguf.GGUFReader(FILE).tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        flat = values.reshape(-1).astype(np.float64)
        found[tensor.name] = {
            "type": tensor.tensor_type.name,
            "shape": [int(n) for n in reversed(tensor.shape)],
            "sum": rounded(flat.sum().item(), 12),
            "sumOfSquares": rounded((flat**2).sum().item(), 12),
            "first8": rounded(flat[:8], 9),
            "last8": rounded(flat[-8:], 9),
        }
    return found


@torch.no_grad()
def transformers_logits() -> torch.Tensor:
    model = AutoModelForCausalLM.from_pretrained(
        FILE.parent, gguf_file=FILE.name, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()(torch.tensor([IDS])).logits[0]


def llama_cpp_logits() -> torch.Tensor:
    """llama.cpp's logits from the dequantised values: on the file itself it would quantise activations too."""
    values = [
        (t.name, Type.F32, gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float32))
        for t in gguf.GGUFReader(FILE).tensors
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "f32.gguf"
        write_file(path, values)
        model = llama_cpp.Llama(str(path), logits_all=True, n_ctx=64, verbose=False)
    model.eval(IDS)
    return torch.from_numpy(np.array(model.scores[: len(IDS)]))


def main() -> None:
    write_file(FILE, tensors(np.random.default_rng(51)))
    logits = transformers_logits()
    apart = (llama_cpp_logits() - logits).abs().max().item()
    content = {
        **provenance("gguf's writer, reader and dequantize; logits by transformers", ["gguf", "transformers", "torch"]),
        "notes": "values in the order of the file, so the rows of q and k are interleaved within a head as llama.cpp "
        "keeps them; sums in float64 over float32 values; llama.cpp's distance is that of its float16 cache",
        "metadata": {key: value for key, (_, value) in EXTRA.items()},
        "tensors": contents(),
        "ids": IDS,
        "logits": [{"position": p, "values": rounded(logits[p])} for p in (0, 4, 9)],
        "largestDistanceOfLlamaCpp": rounded(apart, 3),
    }
    write(FILE.parent / "expected.json", content)
    print(f"{FILE.stat().st_size:,} bytes; logits spread {logits.std():.3f}, llama.cpp within {apart:.3g}")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    main()
