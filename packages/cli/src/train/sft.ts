import { type EncodedText, encodeConversations, evaluateTexts, microBatches, sft } from '@attune/align';
import { Random } from '@attune/torch';
import type { CommandContext } from '../command.ts';
import { refuseForeignTokens } from '../models/foreignTokens.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { checkRun } from '../run/RunFolder.ts';
import type { SftSettings } from '../settings/sft.ts';
import { encodeData, tellData } from './encodeData.ts';
import { withHeldOut } from './heldOut.ts';
import { type Places, texts } from './records.ts';
import { follow, makeTrainable, type Outcome, optimizing } from './session.ts';
import { kindOf, openStart } from './setup.ts';
import { Windows } from './Windows.ts';

/** Supervised fine-tuning: the model learns to give the responses of the data. */
export async function trainSft(
  context: CommandContext,
  settings: SftSettings,
  path: string,
  resume: boolean,
): Promise<Outcome> {
  checkRun(path, settings, { resume });
  const kind = kindOf(settings);
  const places: Places = new WeakMap();
  const data = await withHeldOut(settings, (files) => texts(context, files, places));

  using opened = await openStart(settings.model, kind);
  refuseRewardModel(settings.model, opened);
  const { model, tokenizer } = opened;
  const noise = new Random(settings.seed, kind.device);
  makeTrainable(model, settings, noise);

  const { train: encoded, heldOut: held } = encodeData(encodeConversations, tokenizer, data, { settings, places });
  const heldOut = held.examples;
  refuseForeignTokens(
    settings.model,
    opened,
    [...encoded.examples, ...heldOut].map(({ ids }) => ids),
  );
  const length = ({ ids }: EncodedText) => ids.length;
  tellData(context, opened, { train: encoded, heldOut: held }, { what: 'texts', length, settings });

  const windows = new Windows(encoded.examples, settings);
  const updating = optimizing(model, settings, windows.total);
  using optimizer = updating.optimizer;
  return await follow(context, {
    path,
    settings,
    resume,
    model,
    copyTokenizer: opened.copyTokenizer,
    base: settings.model,
    optimizer,
    noise,
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
