import { type Tensor, tensor } from '@attune/torch';
import type { CausalLm } from '../models/CausalLm.ts';
import { Packed, type Segment } from '../models/Packed.ts';

/** Responses to one prompt, as token ids. They go through a model together, and the prompt once for all of them. */
export interface Responses {
  readonly prompt: readonly number[];
  readonly responses: readonly (readonly number[])[];
}

/** A token of the segments: the `index`-th of segment `segment`. */
export type Place = readonly [segment: number, index: number];

/** What the model has made of the tokens at these places: [places, hidden]. */
export function statesAt(model: CausalLm, segments: readonly Segment[], places: readonly Place[]): Tensor {
  const { device } = model.head;
  using packed = new Packed(segments, device);
  const ints = (values: readonly number[]) => tensor(values, { dtype: 'int64', device });
  const at = places.map(([segment, index]) => packed.starts[segment]! + index);
  return model.hidden(ints(packed.ids), packed).indexSelect(0, ints(at));
}

/** Prompts and their responses as segments; and for each response, in order, the segments of its prompt and of itself. */
export function segmentsOf(groups: readonly Responses[]): {
  segments: Segment[];
  owners: [prompt: number, own: number][];
} {
  const segments: Segment[] = [];
  const owners: [number, number][] = [];
  for (const { prompt, responses } of groups) {
    const after = segments.push({ ids: prompt }) - 1;
    for (const ids of responses) owners.push([after, segments.push({ ids, after }) - 1]);
  }
  return { segments, owners };
}

/** The places whose states predict the tokens of a response: the last of the prompt, then all of its own but the last. */
export function placesBefore(segments: readonly Segment[], [prompt, own]: readonly [number, number]): Place[] {
  const last = segments[prompt]!.ids.length - 1;
  return segments[own]!.ids.map((_, t): Place => (t === 0 ? [prompt, last] : [own, t - 1]));
}
