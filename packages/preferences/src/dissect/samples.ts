/** Samples of a dissection, one prompt with two responses each, as they stand in files. */
import { z } from 'zod';
import { type ReadAs, readAs } from '../data/readAs.ts';
import { QueryInfo } from './conditions.ts';

/** A sample before annotation. Fields beyond these are kept as they are. */
export const RawSample = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  prompt: z.string(),
  response_a: z.string(),
  response_b: z.string(),
  model_a: z.string().optional(),
  model_b: z.string().optional(),
  /** Who the human preferred. */
  winner: z.enum(['model_a', 'model_b']).optional(),
  /** The fine class, as a classifier names it. */
  scenario: z.string().optional(),
  /** The scenario. */
  group: z.string().optional(),
  'prompt word': z.number().optional(),
  'response_a word': z.number().optional(),
  'response_b word': z.number().optional(),
  /** An answer to compare with. */
  gpt4_ref_output: z.string().optional(),
});
export type RawSample = z.infer<typeof RawSample>;

/** @throws DataError listing the lines that are no raw samples */
export const readRawSamples = (file: string): Promise<ReadAs<RawSample>> =>
  readAs(RawSample, file, 'Each line needs prompt, response_a and response_b.');

/** A feature in its three forms; of errors each is an object by severity, and 999 where they could not be judged. */
const Form = z.union([z.number(), z.record(z.string(), z.number())]);

const Entry = z.looseObject({
  comparison: Form,
  diff: Form.optional(),
  norm_diff: Form.optional(),
  /** What was rated, `{"Response 1", "Response 2"}`; absent where the property does not apply. */
  meta: z.unknown().optional(),
});

/** One property's comparison as it stands in a resolved sample. */
export type Entry = z.infer<typeof Entry>;

/** An annotated sample: its comparison features by the key that was rated, "Response 1" being A. */
export const ResolvedSample = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  query_info: QueryInfo.default({}),
  comparison: z.record(z.string(), Entry),
  /** The scenario, where the line tells it. */
  group: z.string().optional(),
  /** What its annotation lacks, and why. Such a sample keeps its place among the others and is in no fit. */
  failed: z.array(z.looseObject({ step: z.string(), reason: z.string() })).optional(),
});
export type ResolvedSample = z.infer<typeof ResolvedSample>;

/** What `comparison` of the entry `accuracy` is where errors could not be judged. */
export const notJudged = 999;

/** The entry that holds all errors. */
export const errorsKey = 'accuracy';

const DatasetResponse = z.looseObject({ content: z.string(), model: z.string(), num_words: z.number() });
const Ratings = z.record(z.string(), z.unknown());

/** A row of the published dataset (`GAIR/preference-dissection`), as far as its card tells the fields. */
export const DatasetRow = z.looseObject({
  query: z.string(),
  'scenario_auto-j': z.string(),
  scenario_group: z.string(),
  response_1: DatasetResponse,
  response_2: DatasetResponse,
  'gpt-4-turbo_reference': z.string().optional(),
  'clear intent': z.string(),
  'explicitly express feelings': z.string(),
  'explicit constraints': z.array(z.string()),
  'explicit subjective stances': z.array(z.string()),
  'explicit mistakes or biases': z.array(z.string()),
  preference_labels: z.record(z.string(), z.enum(['response_1', 'response_2'])),
  basic_response_1: Ratings,
  basic_response_2: Ratings,
});
export type DatasetRow = z.infer<typeof DatasetRow>;

/** @throws DataError listing the rows that lack a field */
export const readDatasetRows = (file: string): Promise<ReadAs<DatasetRow>> =>
  readAs(DatasetRow, file, 'Each row needs the fields of the dataset GAIR/preference-dissection.');
