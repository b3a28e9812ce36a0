import { type Tensor, tensor } from '@attune/torch';
import type { CausalLm } from '../models/CausalLm.ts';
import { Packed } from '../models/Packed.ts';
import { type Responses, segmentsOf } from './states.ts';

/**
 * What a trunk has made of each response by its last token, after each of some depths (numbers of layers) and behind the
 * last norm: what a score head would read if the trunk ended there. All depths come from one pass. A prompt goes through
 * the model once for all of its responses.
 *
 * @returns [responses, hidden] for each depth, the responses in the order of the groups and of those in each
 */
export function probeStates(model: CausalLm, groups: readonly Responses[], depths: readonly number[]): Tensor[] {
  const { segments, owners } = segmentsOf(groups);
  const { device } = model.head;
  using packed = new Packed(segments, device);
  const ints = (values: readonly number[]) => tensor(values, { dtype: 'int64', device });
  const last = ints(owners.map(([, own]) => packed.starts[own]! + segments[own]!.ids.length - 1));
  const states: Tensor[] = [];
  model.hidden(ints(packed.ids), packed, (after, depth) => {
    for (const [i, wanted] of depths.entries()) {
      if (wanted === depth) states[i] = model.norm(after.indexSelect(0, last));
    }
  });
  return states;
}
