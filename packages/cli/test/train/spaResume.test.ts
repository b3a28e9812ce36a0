import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { attune, attuneUntil } from './attune.ts';
import { settingsFile, workshop, writeLines } from './fixture.ts';
import { contents, type Killable, killable } from './kills.ts';
import { linesIn, quickSpa, type SpaFiles, spaFiles } from './spaFixture.ts';

// What is compared is always a run that was stopped with one that was not: the promise is that nobody can tell.

const root = workshop();
let files: SpaFiles;
let kinds: Record<string, object>;

before(async () => {
  files = await spaFiles(root);
  const lora = { use_lora: true, lora_r: 2, num_generations: 3, judge_reference: 'previous', prompts: undefined };
  const more = writeLines(join(root, 'more.jsonl'), [...linesIn(files.data), ...pairsOf(files)]);
  kinds = {
    whole: quickSpa(files),
    lora: { ...quickSpa(files), ...lora, data: more, seed_share: 0.4, prompts_per_round: [8, 6] },
  };
});

/** The prompts as pairs whose labels are of no account. */
const pairsOf = ({ prompts }: SpaFiles): object[] =>
  linesIn(prompts).map(({ id, prompt }) => {
    const said = (content: string) => (typeof prompt === 'string' ? content : [{ role: 'assistant', content }]);
    return { id, prompt, chosen: said(' one'), rejected: said(' two') };
  });

let runs = 0;

/** A run's settings file in a folder of its own. */
function newRun(kind: string): { args: string[]; path: string; folder: string } {
  const folder = join(root, `${kind}-${runs++}`);
  return { args: ['train', 'spa', settingsFile(folder, 'run', kinds[kind]!)], path: join(folder, 'run'), folder };
}

const moments: [kind: string, moment: string, at: string][] = [
  ['whole', 'in training on the seed', 'after writeSync {"step":1 then 2 update'],
  ['whole', 'in sampling', 'after writeSync {"id" then 3 token'],
  ['whole', 'at the end of judging', 'before renameSync round-1/judgments.jsonl'],
  ['whole', 'in training of round 1', 'after renameSync round-1/judgments.jsonl then 3 update'],
  ['whole', 'before round 1 is over', 'before renameSync round-1/pairs.jsonl'],
  ['whole', 'in sampling of round 2', 'after renameSync round-1/pairs.jsonl then 2 token'],
  ['whole', 'before the result is there', 'before renameSync run/final'],
  ['lora', 'in sampling of round 2', 'after renameSync round-1/pairs.jsonl then 8 token'],
  ['lora', 'in training of round 2', 'after renameSync round-2/judgments.jsonl then 3 update'],
];
const betweenRounds = 'after renameSync round-1/pairs.jsonl';

type Undisturbed = Killable<Record<string, string>> & ReturnType<typeof newRun>;

const known = new Map<string, Undisturbed>();

/** The run that was never stopped, and its kills; made once. */
async function undisturbed(kind: string): Promise<Undisturbed> {
  const made = known.get(kind);
  if (made) return made;
  const at = moments.filter(([of]) => of === kind).map(([, , moment]) => moment);
  if (kind === 'whole') at.push(betweenRounds);
  const run = newRun(kind);
  known.set(kind, { ...run, ...(await killable(run, at, contents)) });
  return known.get(kind)!;
}

async function assertSameAsWhole(kind: string, path: string): Promise<void> {
  assert.deepEqual(contents(path), (await undisturbed(kind)).whole);
}

for (const [kind, moment, at] of moments) {
  test(`${kind}: killed ${moment} and resumed, a run ends with the same files to the last bit`, async () => {
    const { args, path, killed } = await undisturbed(kind);
    killed(at);
    assert.ok(!existsSync(join(path, 'final')));
    const resumed = await attune(...args, '--resume');
    assert.equal(resumed.code, 0, resumed.stderr);
    await assertSameAsWhole(kind, path);
  });
}

test('what a process leaves that is killed is what those runs were resumed from; and it is resumed', async () => {
  const at = 'after renameSync round-1/judgments.jsonl then 3 update';
  const { args, path, folder } = newRun('whole');
  const ended = await attuneUntil(`SIGKILL ${at}`, ...args);
  assert.deepEqual([ended.code, ended.stdout], [null, ''], ended.stderr);
  const copied = await undisturbed('whole');
  copied.killed(at);
  assert.deepEqual(contents(folder), contents(copied.folder));
  const resumed = await attune(...args, '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  await assertSameAsWhole('whole', path);
});

test('what was sampled is not sampled again, and a chunk that was half written is cut away', async () => {
  const { args, path, whole, killed } = await undisturbed('whole');
  killed('after writeSync {"id" then 3 token');
  const file = join(path, 'round-1', 'responses.jsonl');
  // A chunk is 4 prompts × 2 responses. A field that nobody reads shows whether a line is still the one that was written.
  const mark = readFileSync(file, 'utf8').replace('{"id"', '{"mark":1,"id"');
  assert.equal(mark.split('\n').length - 1, 8);
  writeFileSync(file, mark);
  appendFileSync(file, `${mark.split('\n')[0]}\n{"id":"half a li`);
  assert.equal((await attune(...args, '--resume')).code, 0);
  const now = readFileSync(file, 'utf8');
  assert.ok(now.startsWith(mark));
  assert.equal(now.split('\n').length - 1, 16);
  const others = { ...whole, 'round-1/responses.jsonl': now };
  assert.deepEqual(contents(path), others);
});

const stops: [moment: string, signalAt: string, rounds: number][] = [
  ['in sampling', 'SIGINT after writeSync {"id" then 2 token', 0],
  ['in judging', 'SIGINT after readFileSync round-1/seconds.json', 0],
  ['in training of round 2', 'SIGINT after renameSync round-2/judgments.jsonl then 2 update', 1],
];

for (const [moment, signalAt, rounds] of stops) {
  test(`Ctrl-C ${moment} says how to go on and ends with 1; resumed, the run is the same`, async () => {
    const { args, path } = newRun('whole');
    const stopped = await attuneUntil(signalAt, ...args);
    assert.equal(stopped.code, 1, stopped.stderr);
    const said = new RegExp(
      `^Stopped after round ${rounds} of 2\\. Go on with\\n {2}attune train spa \\S+ --resume\\n$`,
    );
    assert.match(stopped.stdout, said);
    assert.doesNotMatch(stopped.stderr, /Error/);
    assert.ok(!existsSync(join(path, 'final')));
    assert.equal((await attune(...args, '--resume')).code, 0);
    await assertSameAsWhole('whole', path);
  });
}

test('a run that is finished says so when it is resumed, and changes nothing', async () => {
  const { args, path } = newRun('whole');
  assert.equal((await attune(...args)).code, 0);
  const before = contents(path);
  const { code, stdout, stderr } = await attune(...args, '--resume');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /run is finished: nothing was trained\./);
  assert.match(stdout, /^Done: 2 rounds\.\n/);
  assert.deepEqual(contents(path), before);
});

test('other settings or other data than before are refused when a run is resumed', async () => {
  const { args, path, killed } = await undisturbed('whole');
  killed(betweenRounds);
  const other = await attune(...args, '--resume', '--set', 'refine_alpha=0.2');
  assert.equal(other.code, 2);
  assert.match(other.stderr, /run was started with other settings: refine_alpha was 0\.1 and is now 0\.2\./);

  const text = readFileSync(files.prompts, 'utf8');
  writeFileSync(files.prompts, text.replaceAll('Tell', 'Sing'));
  const changed = await attune(...args, '--resume');
  writeFileSync(files.prompts, text);
  assert.equal(changed.code, 2);
  assert.match(changed.stderr, /RunError: \S+round-1\/prompts\.jsonl was drawn from other data than there is now\./);
  assert.equal((await attune(...args, '--resume')).code, 0);
  await assertSameAsWhole('whole', path);
});
