/**
 * Preference training as a library: the model learns one preference, by adapters, with itself as the reference.
 *
 *   node recipes/library.ts [MODEL]
 *
 * Ten steps, some seconds; the loss starts at log 2 = 0.693 and falls, the margin starts at 0 and rises.
 */
import { addLora, allLinear, dpo, encodePairs, liveReference, openModel } from '@attune/align';
import { AdamW, Random } from '@attune/torch';

using opened = await openModel(process.argv[2] ?? 'models/storyteller', { dtype: 'float32', device: 'cpu' });
const { model: policy, tokenizer } = opened;
addLora(policy, { rank: 8, alpha: 16, targets: allLinear }, new Random(1));

const preference = { prompt: 'One day, Tom', chosen: ' went home. The end.', rejected: ' cried and cried.' };
const { examples } = encodePairs(tokenizer, [preference], { maxLength: 256 });
const reference = liveReference(policy, { adaptersOff: true });
const objective = { types: ['sigmoid'], options: { beta: 0.1 } } as const;
const windows = Array.from({ length: 10 }, () => [examples]);
using optimizer = new AdamW([...policy.trainable().values()]);
const updating = { optimizer, learningRate: () => 1e-3, maxGradNorm: 1 };

for await (const { step, loss, margin } of dpo({ policy, reference, objective, windows, ...updating })) {
  console.log(step, loss.toFixed(4), margin.toFixed(4));
}
