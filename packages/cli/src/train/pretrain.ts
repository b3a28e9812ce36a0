import {
  copyTokenizer,
  createModel,
  type EncodedText,
  encodeText,
  evaluateTexts,
  microBatches,
  pack,
  sft,
  Tokenizer,
} from '@attune/align';
import { seededRandom, shuffled } from '@attune/preferences';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { SettingError } from '../errors.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { PretrainSettings } from '../settings/pretrain.ts';
import { type Places, texts } from './records.ts';
import { follow, type Outcome, optimizing } from './session.ts';
import { kindOf } from './setup.ts';
import { Windows } from './Windows.ts';

/** A new Llama-form model from text: every token of every block is learned. */
export async function trainPretrain(
  context: CommandContext,
  settings: PretrainSettings,
  path: string,
  resume: boolean,
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const kind = kindOf(settings);
  const tokenizer = await Tokenizer.load(settings.tokenizer);
  using model = createModel(configOf(settings, tokenizer), new Random(settings.seed, kind.device), kind);
  for (const parameter of model.parameters()) parameter.setRequiresGrad();

  const { train, heldOut } = await blocks(context, settings, tokenizer);
  const windows = new Windows(train, settings);
  const updating = optimizing(model, settings, windows.total);
  using optimizer = updating.optimizer;
  const parameters = model.parameters().reduce((sum, { size }) => sum + size, 0);
  context.say(
    `${parameters} parameters, ${train.length} blocks of ${settings.block_size} tokens, ${windows.total} steps`,
  );

  return await follow(context, {
    path,
    settings,
    resume,
    model,
    copyTokenizer: (to) => copyTokenizer(settings.tokenizer, to),
    base: path,
    optimizer,
    noise: new Random(settings.seed, kind.device),
    windows,
    start: (stepsDone) => sft({ policy: model, windows, ...updating, stepsDone }),
    metrics: ({ loss, gradNorm, learningRate }) => ({ loss, grad_norm: gradNorm, learning_rate: learningRate }),
    ...(heldOut.length > 0 && {
      evaluate: () => ({
        eval_loss: evaluateTexts(model, microBatches(heldOut, settings.per_device_train_batch_size)).loss,
      }),
    }),
  });
}

/** Blocks to learn and blocks to evaluate on: `eval_data`, or a share of the documents. */
async function blocks(
  context: CommandContext,
  settings: PretrainSettings,
  tokenizer: Tokenizer,
): Promise<{ train: EncodedText[]; heldOut: EncodedText[] }> {
  const places: Places = new WeakMap();
  const documents = async (files: string | readonly string[]) =>
    (await texts(context, files, places)).map((text) => {
      if ('text' in text) return encodeText(tokenizer, text.text);
      throw new SettingError(
        `${places.get(text)}: pretraining reads lines with "text", this one has ${Object.keys(text).join(' and ')}. ` +
          'Use attune train sft.',
      );
    });
  const toBlocks = (name: string, ids: readonly number[][]) => {
    const { blocks: packed, leftOver } = pack(ids, settings.block_size);
    if (leftOver > 0) context.say(`${name}: ${leftOver} tokens at its end fill no block and are left out`);
    if (packed.length > 0) return packed.map(learned);
    throw new SettingError(
      `${name}: ${leftOver} tokens do not fill one block of block_size ${settings.block_size}. ` +
        'Give more text, or lower block_size.',
    );
  };

  const all = await documents(settings.data);
  if (settings.eval_data !== undefined) {
    const heldOut = await documents(settings.eval_data);
    return { train: toBlocks('data', all), heldOut: toBlocks('eval_data', heldOut) };
  }
  const order = shuffled(all, seededRandom(settings.data_seed));
  const kept = Math.round(order.length * settings.eval_share);
  const heldOut = settings.eval_share > 0 ? toBlocks('eval_share', order.slice(0, kept)) : [];
  return { train: toBlocks('data', order.slice(kept)), heldOut };
}

/** A block of which every token is learned but the first, which nothing comes before. */
const learned = (ids: number[]): EncodedText => ({ ids, mask: ids.map((_, i) => (i === 0 ? 0 : 1)) });

/** `config.json` of the new model. */
export function configOf(settings: PretrainSettings, tokenizer: Tokenizer): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: settings.hidden_size,
    intermediate_size: settings.intermediate_size,
    num_hidden_layers: settings.num_hidden_layers,
    num_attention_heads: settings.num_attention_heads,
    num_key_value_heads: settings.num_key_value_heads,
    tie_word_embeddings: settings.tie_word_embeddings,
    max_position_embeddings: settings.block_size,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    vocab_size: tokenizer.vocabSize,
    bos_token_id: tokenizer.bosId ?? null,
    eos_token_id: tokenizer.eosIds[0] ?? null,
  };
}
