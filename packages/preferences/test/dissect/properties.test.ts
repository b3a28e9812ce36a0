import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDefinition } from '../../src/dissect/definition.ts';
import { readGroupings } from '../../src/dissect/judges.ts';
import {
  categoryOf,
  DataError,
  formalName,
  groupKey,
  groupKeys,
  keyOf,
  namesOf,
  PropertySet,
  publishedJudges,
  ratingKeyOf,
  readPropertySet,
  ScenarioSet,
  scenarioOf,
  standardProperties,
  standardScenarios,
  subsetsOf,
} from '../../src/index.ts';
import { fileWriter, sharedData, temporaryFolder } from '../files.ts';

const data = join(sharedData, 'dissection');
const absent = '../shared/data/dissection is not here';
const write = fileWriter(temporaryFolder());

test('the standard set has 21 basic properties, 3 of errors and 5 that wait for something in the prompt', () => {
  const kinds = Map.groupBy(standardProperties().properties, categoryOf);
  assert.deepEqual(
    [...kinds].map(([kind, own]) => [kind, own.length]),
    [
      ['basic', 21],
      ['error-detection', 3],
      ['query-specific', 5],
    ],
  );
});

test('names, keys and order of the standard properties are those of the published data', (t) => {
  if (!existsSync(data)) return t.skip(absent);
  const published = JSON.parse(readFileSync(join(data, 'properties.json'), 'utf8'));
  const passes = { responses: 'query-free', items: 'query-aware-twice', errors: 'accuracy', text: 'length' };
  const severities = { minor: 'accuracy/Minor', moderate: 'accuracy/Moderate', severe: 'accuracy/Severe' };
  assert.deepEqual(
    standardProperties().properties.map((one, index) => ({
      index,
      key: keyOf(one),
      annotationKey: one.from === 'errors' ? severities[one.severity] : ratingKeyOf(one),
      display: one.name,
      category: categoryOf(one),
      annotationPass: one.from === 'prompt' ? (one.when ? 'query-aware-twice' : 'query-aware-once') : passes[one.from],
      negated: one.polarity === 'less',
    })),
    published.map(({ steeringName: _, ...rest }: Record<string, unknown>) => rest),
  );
});

test('the standard scenarios merge the classes that the published groups do', (t) => {
  if (!existsSync(data)) return t.skip(absent);
  assert.deepEqual(
    Object.fromEntries(standardScenarios().scenarios.map(({ name, merges }) => [name, merges])),
    JSON.parse(readFileSync(join(data, 'scenario_groups.json'), 'utf8')),
  );
});

test('the published judges are those of the data, in its order', (t) => {
  if (!existsSync(data)) return t.skip(absent);
  const published = JSON.parse(readFileSync(join(data, 'judges.json'), 'utf8'));
  assert.deepEqual(
    publishedJudges().map(({ name, size, kind, base = null }) => ({
      name,
      kind,
      base,
      ...(size && { sortSize: size }),
    })),
    published.map(({ sortSize, ...rest }: { sortSize: number }) => ({ ...rest, ...(sortSize < 100 && { sortSize }) })),
  );
});

test('groups are found by key, by formal name and by the finer class', () => {
  const set = standardScenarios();
  assert.equal(groupKeys(set).length, 16);
  assert.equal(formalName(set, 'w_mistakes'), '[Query-Specific Cases] Contain Mistakes or Bias');
  assert.equal(groupKey(set, '[Query-Specific Cases] Unclear User Intent'), 'intent_unclear');
  assert.equal(groupKey(set, '[Scenario] Code'), 'Code');
  assert.equal(groupKey(set, 'Cooking'), undefined);
  assert.equal(scenarioOf(set, 'roleplay'), 'Daily Tasks');
  assert.equal(scenarioOf(set, 'default'), 'Others');
});

test('a prompt belongs to every subset whose condition holds', () => {
  const subsets = (info: Record<string, string | string[]>) => subsetsOf(standardScenarios(), info);
  assert.deepEqual(subsets({ 'clear intent': 'no', 'explicit constraints': ['short'] }), [
    'intent_unclear',
    'w_constraints',
  ]);
  assert.deepEqual(subsets({ 'clear intent': 'Yes', 'explicit constraints': [] }), []);
});

const own = `
name: brief
query:
  - { key: asks for code, answer: yes-no, about: Whether it asks for a program. }
properties:
  - name: correct
    from: prompt
    scale: [1, 5]
    least: 2
    about: It is right.
  - name: has code
    from: prompt
    when: { asks for code: Yes }
    levels: { none: 0, some: 1 }
    about: It has a program.
  - { name: short, from: text, function: characters, polarity: less, about: It is short. }
`;

test("a user's own set of properties is a YAML file", () => {
  const set = readPropertySet(write('own.yaml', own));
  assert.deepEqual(namesOf(set), ['correct', 'has code', 'short']);
  assert.deepEqual(
    set.properties.map(({ polarity }) => polarity),
    ['more', 'more', 'less'],
  );
});

test('the example of the documentation is a property set', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/dissection.md'), 'utf8');
  const example = /```yaml\n(name: support desk\n.*?)```/s.exec(page)![1]!;
  assert.equal(readPropertySet(write('example.yaml', example)).properties.length, 6);
});

/** What is wrong with a set, as `line: message`. */
function faults(text: string): string[] {
  try {
    parseDefinition(PropertySet, text, 'own.yaml');
    return [];
  } catch (error) {
    assert.ok(error instanceof DataError);
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
}

test('every fault of a property set is told with its line and field', () => {
  assert.deepEqual(faults(own.replace('from: prompt', 'from: promt').replace('[1, 5]', '5')), [
    '7: "properties[0].from" is "promt"; expected responses or prompt or items or errors or text',
  ]);
  assert.deepEqual(faults(own.replace('least: 2', 'least: -2').replace('function: characters', 'function: chars')), [
    '9: "properties[0].least" is -2; expected more than 0',
    faults(own.replace('function: characters', 'function: chars'))[0]!,
  ]);
  assert.match(
    faults(own.replace('function: characters', 'function: chars'))[0]!,
    /^16: "properties\[2\].function" is "chars"; expected "words" or/,
  );
  assert.deepEqual(faults(own.replace('polarity: less', 'polarty: less')), [
    '16: "properties[2].polarty" is not a field here',
  ]);
  assert.deepEqual(faults(own.replace('  - { name: short', '  - { name: correct')), [
    '16: "properties[2].name" is "correct"; expected a name that no other property has',
  ]);
});

test('a condition that nobody asks about is a fault, and so is one that its answer cannot meet', () => {
  assert.deepEqual(faults(own.replace('when: { asks for code: Yes }', 'when: { asks for prose: Yes }')), [
    '13: "properties[1].when" is an object; expected one of the questions under query: asks for code',
  ]);
  assert.deepEqual(faults(own.replace('when: { asks for code: Yes }', 'when: { asks for code: some }')), [
    '13: "properties[1].when" is an object; expected Yes or No for asks for code, whose answer is yes-no',
  ]);
});

test('what is not YAML is told with its line', () => {
  assert.match(faults('name: a\nproperties: [')[0]!, /^2: this is not YAML/);
});

test('scenarios may not share a class, nor groups a name', () => {
  const text = 'name: x\nscenarios:\n  - {name: a, about: one, merges: [p]}\n  - {name: a, about: two, merges: [p]}\n';
  assert.throws(
    () => parseDefinition(ScenarioSet, text, 'x.yaml'),
    /line 4: "scenarios\[1\].name" is "a"; expected a name that no other group has.*merges\[0\]" is "p"; expected a class/s,
  );
});

test('groupings are read in three forms', () => {
  const judges = ['a', 'b', 'c'];
  const read = (content: object) =>
    readGroupings(write('groups.json', JSON.stringify(content)), judges).map(({ name, groups }) => [
      name,
      Object.fromEntries(groups),
    ]);
  assert.deepEqual(read({ size: { small: ['a'], large: ['b', 'c'] } }), [
    ['size', { small: ['a'], large: ['b', 'c'] }],
  ]);
  assert.deepEqual(read({ small: ['a'], large: ['b', 'c'] }), [['groups', { small: ['a'], large: ['b', 'c'] }]]);
  assert.deepEqual(read({ a: 'small', b: 'large', c: 'large' }), [['groups', { small: ['a'], large: ['b', 'c'] }]]);
  assert.throws(() => read({ small: ['a', 'd'] }), /has d, which has no weights/);
  assert.throws(() => read({ small: ['a'], large: ['a'] }), /has a twice/);
});
