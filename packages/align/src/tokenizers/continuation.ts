type Json = Readonly<Record<string, unknown>>;

/**
 * A `tokenizer.json` that treats every text as the middle of one: without the space that some tokenizers put before a
 * text's first word (the normalizer `Prepend`, the pre-tokenizers `Metaspace` and `ByteLevel`).
 */
export function asContinuation(tokenizer: Json): Json {
  return {
    ...tokenizer,
    normalizer: withoutSpace(tokenizer.normalizer as Json | null),
    pre_tokenizer: withoutSpace(tokenizer.pre_tokenizer as Json | null),
  };
}

function withoutSpace(part: Json | null): Json | null {
  switch (part?.type) {
    case 'Prepend':
      return null;
    case 'Metaspace':
      return { ...part, prepend_scheme: 'never', add_prefix_space: false };
    case 'ByteLevel':
      return { ...part, add_prefix_space: false };
    case 'Sequence': {
      const key = part.normalizers ? 'normalizers' : 'pretokenizers';
      return { ...part, [key]: (part[key] as Json[]).map(withoutSpace).filter((inner) => inner !== null) };
    }
    default:
      return part;
  }
}
