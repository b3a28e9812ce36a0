import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenOfBytes } from '../../src/tokenizers/byteLevel.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { readJson } from '../shared.ts';

const splitPattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Llama 3's tokenizer from its rank file: a line per token, its bytes in base64 and its rank. */
export function llama3Tokenizer(folder: string): Tokenizer {
  const lines = readFileSync(join(folder, 'tokenizer.model'), 'utf8').trim().split('\n');
  const ranks = new Map(
    lines.map((line) => [Buffer.from(line.split(' ')[0]!, 'base64').toString('latin1'), Number(line.split(' ')[1])]),
  );
  const visible = (bytes: string) => tokenOfBytes(Buffer.from(bytes, 'latin1'));
  const merges = [...ranks].flatMap(([token, rank]) => {
    const parts = lastTwoParts(token, rank, ranks);
    return parts ? [parts.map(visible)] : [];
  });
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  const tokenizerConfig = readJson(join(folder, 'tokenizer_config.json'));
  const added = Object.entries<{ content: string; special: boolean }>(tokenizerConfig.added_tokens_decoder);
  return new Tokenizer({
    source: folder,
    tokenizerConfig,
    tokenizerJson: {
      added_tokens: added.map(([id, token]) => ({ ...token, id: Number(id) })),
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: splitPattern }, behavior: 'Isolated', invert: false },
          byteLevel,
        ],
      },
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        ignore_merges: true,
        vocab: Object.fromEntries([...ranks].map(([bytes, rank]) => [visible(bytes), rank])),
        merges,
      },
    },
  });
}

/** The two tokens a token is merged from: what merging its bytes by rank leaves, just before it becomes itself. */
function lastTwoParts(token: string, rank: number, ranks: ReadonlyMap<string, number>): string[] | undefined {
  const parts = [...token];
  if (parts.length < 2) return undefined;
  for (;;) {
    let best = -1;
    let bestRank = rank;
    for (let i = 0; i + 1 < parts.length; i++) {
      const pairRank = ranks.get(parts[i]! + parts[i + 1]!) ?? Infinity;
      if (pairRank < bestRank) [best, bestRank] = [i, pairRank];
    }
    if (best < 0) return parts.length === 2 ? parts : undefined;
    parts.splice(best, 2, parts[best]! + parts[best + 1]!);
  }
}
