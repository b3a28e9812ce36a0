import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Comparison, consistentComparisons, pairsFromComparisons, stronglyConnected } from '../../src/index.ts';

/** "a>b" prefers a, "a=b" is a tie; on one prompt unless told. */
function vote(text: string, prompt = 'Sky?', id = text): Comparison {
  const [a, sign, b] = [text[0]!, text[1]!, text[2]!];
  return {
    id,
    prompt: [{ role: 'user', content: prompt }],
    responses: [
      { id: `${id}-1`, text: a },
      { id: `${id}-2`, text: b },
    ],
    choice: sign === '>' ? 'a' : sign === '<' ? 'b' : sign === '?' ? 'skip' : 'tie',
    judge: 'me',
  };
}

const reasons = (...votes: string[]) =>
  consistentComparisons(votes.map((text) => vote(text))).leftOut.map(({ place, reason }) => [votes[place], reason]);

const letter = fc.constantFrom('A', 'B', 'C', 'D', 'E');
const sign = fc.constantFrom('>', '<', '>', '<', '=', '?');
const votes = fc
  .array(fc.tuple(letter, sign, letter, fc.constantFrom('Sky?', 'Sea?')), { maxLength: 25 })
  .map((all) => all.map(([a, sign, b, prompt], i) => vote(`${a}${sign}${b}`, prompt, String(i))));

/** Which responses lead to which by following preferences, by trying every way through (Warshall 1962). */
function reachable(followers: readonly (readonly number[])[]): boolean[][] {
  const reach = followers.map((next) => followers.map((_, j) => next.includes(j)));
  for (const k of reach.keys())
    for (const i of reach.keys()) for (const j of reach.keys()) reach[i]![j] ||= reach[i]![k]! && reach[k]![j]!;
  return reach;
}

/** The decided comparisons of a prompt as a graph. */
function graph(comparisons: readonly Comparison[], prompt: string): { names: string[]; followers: number[][] } {
  const decided = comparisons
    .filter(({ choice, prompt: [message] }) => (choice === 'a' || choice === 'b') && message!.content === prompt)
    .map(({ responses: [a, b], choice }) => (choice === 'a' ? [a.text, b.text] : [b.text, a.text]));
  const names = [...new Set(decided.flat())];
  return {
    names,
    followers: names.map((name) => decided.filter(([from]) => from === name).map(([, to]) => names.indexOf(to!))),
  };
}

test('a cycle of three goes, what hangs on it stays', () => {
  assert.deepEqual(reasons('A>B', 'B>C', 'C>A', 'A>D', 'E>A'), [
    ['A>B', 'cycle'],
    ['B>C', 'cycle'],
    ['C>A', 'cycle'],
  ]);
});

test('each comparison that is left out has its reason', () => {
  assert.deepEqual(reasons('A>B', 'B>A', 'A=C', 'A?C', 'D>D', 'C>D'), [
    ['A>B', 'contradiction'],
    ['B>A', 'contradiction'],
    ['A=C', 'tie'],
    ['A?C', 'skip'],
    ['D>D', 'same response'],
  ]);
});

test('votes that agree are all kept, whichever response stood first', () => {
  assert.deepEqual(reasons('A>B', 'A>B', 'B<A'), []);
});

test('responses of different prompts make no cycle together', () => {
  const all = [vote('A>B', 'Sky?'), vote('B>A', 'Sea?')];
  assert.equal(consistentComparisons(all).comparisons.length, 2);
});

test('C1: afterwards each prompt’s preferences are acyclic', () => {
  fc.assert(
    fc.property(votes, (all) => {
      for (const prompt of ['Sky?', 'Sea?']) {
        const reach = reachable(graph(consistentComparisons(all).comparisons, prompt).followers);
        for (const i of reach.keys()) assert.equal(reach[i]![i], false);
      }
    }),
  );
});

test('C1: removing twice changes nothing', () => {
  fc.assert(
    fc.property(votes, (all) => {
      const once = consistentComparisons(all).comparisons;
      assert.deepEqual(consistentComparisons(once).comparisons, once);
    }),
  );
});

test('C1: with two responses only ties, skips and contradictory votes go', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('A>B', 'A<B', 'B>A', 'A=B', 'B?A')), (all) => {
      const { counts, comparisons } = consistentComparisons(all.map((text) => vote(text)));
      assert.equal(counts.cycle, 0);
      const decided = all.filter((text) => /[<>]/.test(text));
      const forA = decided.filter((text) => text === 'A>B').length;
      const isMixed = forA > 0 && forA < decided.length && decided.some((text) => text === 'A<B' || text === 'B>A');
      assert.equal(comparisons.length, isMixed ? 0 : decided.length);
    }),
  );
});

test('only what lies on a cycle goes: the worse response leads back to the better one', () => {
  fc.assert(
    fc.property(votes, (all) => {
      const kept = new Set(consistentComparisons(all).comparisons);
      for (const prompt of ['Sky?', 'Sea?']) {
        const { names, followers } = graph(all, prompt);
        const reach = reachable(followers);
        for (const comparison of all.filter((each) => each.prompt[0]!.content === prompt)) {
          const { choice, responses } = comparison;
          if (choice !== 'a' && choice !== 'b') continue;
          const [a, b] = responses.map(({ text }) => names.indexOf(text)) as [number, number];
          const [better, worse] = choice === 'a' ? [a, b] : [b, a];
          assert.equal(kept.has(comparison), !reach[worse]![better] && better !== worse);
        }
      }
    }),
  );
});

test('every comparison is kept or counted', () => {
  fc.assert(
    fc.property(votes, (all) => {
      const { comparisons, leftOut, counts, places } = consistentComparisons(all);
      assert.equal(comparisons.length + leftOut.length, all.length);
      assert.equal(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        leftOut.length,
      );
      assert.deepEqual(
        comparisons,
        places.map((place) => all[place]),
      );
    }),
  );
});

test('C2: swapping the responses and the choice together leaves the pairs as they are', () => {
  const swapped = (comparison: Comparison): Comparison => {
    const { responses, choice } = comparison;
    const other = { a: 'b', b: 'a', tie: 'tie', skip: 'skip' } as const;
    return { ...comparison, responses: [responses[1], responses[0]], choice: other[choice] };
  };
  fc.assert(
    fc.property(votes, fc.func(fc.boolean()), (all, isSwapped) => {
      const other = all.map((comparison) => (isSwapped(comparison.id) ? swapped(comparison) : comparison));
      const pairs = (from: readonly Comparison[]) =>
        pairsFromComparisons(consistentComparisons(from).comparisons).pairs;
      assert.deepEqual(pairs(other), pairs(all));
    }),
  );
});

test('strongly connected components are the nodes that reach each other', () => {
  const node = fc.nat(7);
  fc.assert(
    fc.property(fc.array(fc.array(node, { maxLength: 3 }), { minLength: 8, maxLength: 8 }), (followers) => {
      const component = stronglyConnected(followers);
      const reach = reachable(followers);
      for (const i of followers.keys()) {
        for (const j of followers.keys()) {
          assert.equal(component[i] === component[j], i === j || (reach[i]![j]! && reach[j]![i]!));
        }
      }
    }),
  );
});

test('a chain of a hundred thousand responses is no danger', () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => (i + 1 < 100_000 ? [i + 1] : []));
  assert.equal(new Set(stronglyConnected(chain)).size, 100_000);
  chain[99_999] = [0];
  assert.equal(new Set(stronglyConnected(chain)).size, 1);
});
