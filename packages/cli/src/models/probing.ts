import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CausalLm, type EncodedPair, probeStates } from '@attune/align';
import { noGrad, readSafetensors, type Tensor, tensor, tidy, writeSafetensors } from '@attune/torch';
import { StoppedError } from '../errors.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';

const pairsAtATime = 64; //    what is lost where it is stopped
const tokensAtATime = 4096; // that go through the model together, where a single pair is not longer

/**
 * Chosen less rejected: what a trunk makes of both responses of each pair after each depth, a row a pair. Each lot of pairs is
 * written down as soon as it is computed, under the hash of the weights and the tokens, and is not computed again.
 *
 * @param folder where it is written
 * @returns for each depth [pairs, hidden], row by row
 * @throws StoppedError at Ctrl-C, between two lots
 */
export async function probeDifferences(
  model: CausalLm,
  pairs: readonly EncodedPair[],
  depths: readonly number[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<Float32Array[]> {
  mkdirSync(folder, { recursive: true });
  const trunk = hashOf(model, depths);
  const hidden = model.head.shape[1]!;
  const differences = depths.map(() => new Float32Array(pairs.length * hidden));
  const shown = progress(standardError(), { label: 'states', total: pairs.length, unit: 'pairs' });
  for (let done = 0; done < pairs.length; ) {
    const lot = pairs.slice(done, done + pairsAtATime);
    const file = join(folder, `${trunk.copy().update(tokensOf(lot)).digest('hex').slice(0, 32)}.safetensors`);
    const values = existsSync(file) ? read(file, depths) : write(file, depths, differencesOf(model, lot, depths));
    for (const [i, one] of values.entries()) differences[i]!.set(one, done * hidden);
    shown.update((done += lot.length));
    await new Promise(setImmediate); // lets Ctrl-C be heard
    if (signal.aborted) throw new StoppedError();
  }
  shown.end();
  return differences;
}

/** [pairs, hidden] for each depth. Pairs of similar length go through the model together. */
function differencesOf(model: CausalLm, pairs: readonly EncodedPair[], depths: readonly number[]): Float32Array[] {
  const hidden = model.head.shape[1]!;
  const differences = depths.map(() => new Float32Array(pairs.length * hidden));
  const length = ({ prompt, chosen, rejected }: EncodedPair) => prompt.length + chosen.length + rejected.length;
  const order = [...pairs.keys()].sort((a, b) => length(pairs[b]!) - length(pairs[a]!) || a - b);
  for (let done = 0; done < order.length; ) {
    const together = Math.max(1, Math.floor(tokensAtATime / length(pairs[order[done]!]!)));
    const places = order.slice(done, done + together);
    const groups = places.map((place) => pairs[place]!).map(({ prompt, ...pair }) => ({ prompt, ...bothOf(pair) }));
    tidy(() =>
      noGrad(() => {
        for (const [i, states] of probeStates(model, groups, depths).entries()) {
          const both = states.view([places.length, 2, hidden]);
          const rows = floatsOf(both.select(1, 0).sub(both.select(1, 1)));
          for (const [k, place] of places.entries()) {
            differences[i]!.set(rows.subarray(k * hidden, (k + 1) * hidden), place * hidden);
          }
        }
      }),
    );
    done += places.length;
  }
  return differences;
}

const bothOf = ({ chosen, rejected }: Pick<EncodedPair, 'chosen' | 'rejected'>) => ({ responses: [chosen, rejected] });

function write(file: string, depths: readonly number[], values: Float32Array[]): Float32Array[] {
  tidy(() => writeSafetensors(file, new Map(depths.map((depth, i) => [`${depth}`, tensor(values[i]!)]))));
  return values;
}

function read(file: string, depths: readonly number[]): Float32Array[] {
  return tidy(() => {
    const tensors = readSafetensors(file);
    return depths.map((depth) => floatsOf(tensors.get(`${depth}`)!));
  });
}

function floatsOf(values: Tensor): Float32Array {
  const bytes = values.to('float32').contiguous().toBytes();
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Of everything that decides what a trunk makes of a token. */
function hashOf(model: CausalLm, depths: readonly number[]) {
  const hash = createHash('sha256').update(JSON.stringify(depths));
  for (const [name, parameter] of model.namedParameters()) hash.update(name).update(parameter.toBytes());
  return hash;
}

const tokensOf = (pairs: readonly EncodedPair[]): string =>
  JSON.stringify(pairs.map(({ prompt, chosen, rejected }) => [prompt, chosen, rejected]));
