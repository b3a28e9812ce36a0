import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createModel, endOfText, saveModel, trainBpe, writeTokenizer } from '@attune/align';
import type { Pair } from '@attune/preferences';
import { Random } from '@attune/torch';
import { stringify } from 'yaml';

/** A folder that is removed when the tests of this file are done. */
export function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-train-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Each message between its role and an end token; a line break keeps the tokens of both sides apart. */
const template =
  `{% for message in messages %}{{ message.role }}:\n{{ message.content }}${endOfText}{% endfor %}` +
  '{% if add_generation_prompt %}assistant:\n{% endif %}';

/** A Llama of 2 layers and 16 channels with random weights, a byte-level tokenizer and a chat template: a model folder. */
export async function tinyModel(folder: string, { vocabSize }: { vocabSize?: number } = {}): Promise<string> {
  const bpe = trainBpe(['the cat sat on the mat with another cat'], { vocabSize: 270, specialTokens: [endOfText] });
  await writeTokenizer(folder, bpe, { maxLength: 512 });
  writeFileSync(join(folder, 'chat_template.jinja'), template);
  using model = createModel(
    {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: 16,
      intermediate_size: 32,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      max_position_embeddings: 512,
      rms_norm_eps: 1e-5,
      vocab_size: vocabSize ?? bpe.vocab.size,
      tie_word_embeddings: true,
      eos_token_id: bpe.vocab.get(endOfText),
    },
    new Random(1),
    { dtype: 'float32', device: 'cpu' },
  );
  saveModel(model, folder);
  return folder;
}

/** Pairs of uneven lengths, some of them as messages, some with a name, a margin or a weight. */
export function pairs(count: number, { weights = true }: { weights?: boolean } = {}): Pair[] {
  const words = ['cat', 'mat', 'sat', 'other', 'with', 'on', 'the', 'hat'];
  const say = (start: number, length: number) =>
    Array.from({ length }, (_, i) => words[(start + i * (i + start)) % words.length]).join(' ');
  return Array.from({ length: count }, (_, i): Pair => {
    const prompt = `Tell ${i} of ${say(i, 1 + ((3 * i) % 7))}.`;
    const [chosen, rejected] = [say(i + 1, 1 + ((5 * i) % 11)), say(i + 4, 1 + ((7 * i) % 9))];
    const extra = { ...(i % 2 === 0 && { id: `pair-${i}` }), ...(i % 3 === 0 && { margin: 0.5 }) };
    const weight = weights && i % 4 === 1 ? { weight: 0.5 + (i % 3) } : {};
    if (i % 5 !== 4) return { ...extra, ...weight, prompt, chosen: ` ${chosen}`, rejected: ` ${rejected}` };
    const said = (content: string) => [{ role: 'assistant' as const, content }];
    return {
      ...extra,
      ...weight,
      prompt: [{ role: 'user', content: prompt }],
      chosen: said(chosen),
      rejected: said(rejected),
    };
  });
}

/** The chosen sides of those pairs as texts to imitate: prompts with a completion, or whole conversations. */
export function texts(count: number, form: 'completions' | 'conversations'): object[] {
  return pairs(count).flatMap(({ prompt, chosen }): object[] => {
    if (typeof prompt === 'string') return form === 'completions' ? [{ prompt, completion: chosen }] : [];
    return form === 'conversations' ? [{ messages: [...prompt, ...(chosen as object[])] }] : [];
  });
}

/** Writes one object a line. @returns the path */
export function writeLines(path: string, lines: readonly object[]): string {
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

/** Writes a settings file for a small and quick run. @returns its path */
export function settingsFile(folder: string, name: string, settings: object): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.yaml`);
  const quick = { threads: 1, device: 'cpu', logging_steps: 1, output_dir: join(folder, name) };
  writeFileSync(path, stringify({ ...quick, ...settings }));
  return path;
}
