import type { SourceTokenizer } from './modelSource.ts';
import { assembleTokenizer, type TokenizerParts, tokenKinds, vocabularyOf } from './tokenizerParts.ts';

/** A tokenizer whose vocabulary has scores. */
export interface ScoredParts extends TokenizerParts {
  /** Of two possible merges, the one whose result has the higher score goes first. */
  readonly scores: readonly number[];
  /** Whether a space is put in front of the text, so that its first word is spelled like the others. */
  readonly addSpacePrefix: boolean;
}

/**
 * A SentencePiece BPE tokenizer (Llama 2, Mistral, llama2.c), whose vocabulary has scores in place of merge rules, as
 * a `tokenizer.json`: spaces are written ▁, characters without a token become their bytes, and the rules are every way
 * of putting a token together from two others, best score first.
 */
export function scoredTokenizer(parts: ScoredParts): SourceTokenizer {
  const { tokens, kinds, special } = parts;
  const prepend = parts.addSpacePrefix ? [{ type: 'Prepend', prepend: '▁' }] : [];
  const strip = parts.addSpacePrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return assembleTokenizer(parts, {
    normalizer: {
      type: 'Sequence',
      normalizers: [...prepend, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }],
    },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...strip,
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: special.unk === undefined ? null : tokens[special.unk],
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: kinds.includes(tokenKinds.byte),
      ignore_merges: false,
      vocab: Object.fromEntries(vocabularyOf(tokens, () => true)),
      merges: mergesByScore(parts),
    },
  });
}

/** Every split of a token into two tokens, by the score of the whole, then by the order of the vocabulary. */
function mergesByScore({ tokens, kinds, scores }: ScoredParts): (readonly [string, string])[] {
  const mergeable = (id: number) => kinds[id] === tokenKinds.normal;
  const vocabulary = vocabularyOf(tokens, mergeable);
  const merges: { readonly pair: readonly [string, string]; readonly score: number }[] = [];
  for (const [token, id] of vocabulary) {
    const characters = Array.from(token);
    for (let cut = 1; cut < characters.length; cut++) {
      const pair = [characters.slice(0, cut).join(''), characters.slice(cut).join('')] as const;
      if (vocabulary.has(pair[0]) && vocabulary.has(pair[1])) merges.push({ pair, score: scores[id]! });
    }
  }
  return merges.sort((a, b) => b.score - a.score).map(({ pair }) => pair); // sort is stable
}
