"""Preference pairs as token ids by TRL's own code, and texts as ids by Hugging Face's Rust tokenizers, on two small
tokenizers that this script trains: byte-level with a ChatML template, and SentencePiece-like with a Llama 2 template.
"""

import json
import pathlib
import types

import trl
from common import GOLDEN, provenance, write
from datasets import Dataset
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

TEXTS = [
    "Once upon a time there was a small fox who lived by the river with her friends.",
    "The fox said, \"I'd like to play!\" and they played until the evening came.",
    "What is the capital of France? The capital of France is Paris.",
]
STRINGS = [
    *TEXTS,
    "",
    " ",
    "  two  spaces and a trailing one ",
    "\n\nline\r\nbreaks\n \n",
    "naïve café, Zürich, Ελλάδα, Москва",
    "日本語 中文 한국어 ไทย",
    "🚀👩‍👩‍👧 e\u0301 \u200b\ufeff\u0085\u2028",
    "it's I'LL we've 12345 3.14",
    "special <|im_end|> and </s> inside",
    "\ttabs\tand\x00nul",
]
PLAIN = [
    ("What is the capital of France?", " Paris.", " I do not know."),
    ("Once upon a time", " there was a small fox.", " the river played"),
    ("The fox said, ", "\"hello\"", "nothing"),
    ("Naïve 🚀:", " 日本", " é"),
]
CHATS = [
    ([("user", "What is the capital of France?")], [("assistant", "Paris.")], [("assistant", " I do not know. ")]),
    (
        [("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "Play?")],
        [("assistant", "I'd like to play!")],
        [("assistant", "")],
    ),
]
CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
LLAMA2 = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'assistant' %}{{ ' ' + m['content'] + eos_token }}"
    "{% else %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% endif %}{% endfor %}"
)


def byte_level() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=330, special_tokens=special, initial_alphabet=alphabet))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = CHATML
    return fast


def sentence_piece() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    special = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    training = Tokenizer(models.BPE())
    training.normalizer = tokenizer.normalizer
    training.pre_tokenizer = pre_tokenizers.Split(Regex("▁"), "merged_with_next")
    training.train_from_iterator(TEXTS, trainers.BpeTrainer(vocab_size=400, special_tokens=special))
    state = json.loads(training.to_str())["model"]
    merges = [tuple(merge) for merge in state["merges"]]
    tokenizer.model = models.BPE(state["vocab"], merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>")
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    stripped = decoders.Strip(content=" ", left=1, right=0)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), stripped])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>"
    )
    fast.chat_template = LLAMA2
    return fast


def pairs_by_trl(tokenizer: PreTrainedTokenizerFast, pairs: list[dict]) -> list[dict]:
    """DPOTrainer's own preparation, without a model. It warns where a boundary moves; those pairs are marked."""
    trainer = types.SimpleNamespace(_tokenizer=tokenizer, _is_vlm=False)
    args = types.SimpleNamespace(dataset_num_proc=None, max_length=None, truncation_mode="keep_start")
    found = trl.DPOTrainer._prepare_dataset(trainer, Dataset.from_list(pairs), tokenizer, args, "train")
    ids = ["prompt_ids", "chosen_ids", "rejected_ids"]
    cases = [{**pair, **{key: row[key] for key in ids}} for pair, row in zip(pairs, found, strict=True)]
    for case in cases:
        if isinstance(case["prompt"], str):
            whole = tokenizer(case["prompt"]).input_ids
        else:
            whole = tokenizer.apply_chat_template(case["prompt"], add_generation_prompt=True, return_dict=True).input_ids
        case["moved"] = case["prompt_ids"] != whole
    return cases


def messages(turns: list[tuple[str, str]]) -> list[dict]:
    return [{"role": role, "content": content} for role, content in turns]


def main() -> None:
    plain = [{"prompt": p, "chosen": c, "rejected": r} for p, c, r in PLAIN]
    chats = [{"prompt": messages(p), "chosen": messages(c), "rejected": messages(r)} for p, c, r in CHATS]
    folder = GOLDEN / "encoding"
    cases = {}
    for name, tokenizer in {"byte-level": byte_level(), "sentence-piece": sentence_piece()}.items():
        tokenizer.save_pretrained(folder / name)
        rust = Tokenizer.from_file(str(folder / name / "tokenizer.json"))
        encoded = [{"text": text, "ids": rust.encode(text).ids} for text in STRINGS]
        for case in encoded:
            case["decoded"] = rust.decode(case["ids"], skip_special_tokens=False)
        trl_pairs = pairs_by_trl(tokenizer, plain) + pairs_by_trl(tokenizer, chats)
        cases[name] = {"texts": encoded, "pairs": trl_pairs}
    source = "TRL's DPOTrainer._prepare_dataset; texts by the Rust tokenizers that transformers uses"
    packages = ["trl", "transformers", "tokenizers"]
    write(pathlib.Path(folder / "expected.json"), {**provenance(source, packages), "tokenizers": cases})


if __name__ == "__main__":
    main()
