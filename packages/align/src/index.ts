/** Aligning language models: tokenizers, data as tokens, models, sampling, losses and trainers. */
export * from './data/batches.ts';
export { type EncodedResponse, EncodingError, type MovedBoundary } from './data/boundary.ts';
export * from './data/encode.ts';
export * from './data/encodeAll.ts';
export { formatPreflight } from './data/formatPreflight.ts';
export * from './data/memory.ts';
export { type Blocks, pack } from './data/pack.ts';
export * from './data/preflight.ts';
export type { Limit, Truncation } from './data/truncate.ts';
export { ChatTemplateError } from './tokenizers/chatTemplate.ts';
export type { DecodeStream } from './tokenizers/DecodeStream.ts';
export type { TokenizerFiles } from './tokenizers/files.ts';
export { Tokenizer, type TokenizerOptions } from './tokenizers/Tokenizer.ts';
