export * from './budget.ts';
export {
  type ChatSettings,
  chatAddress,
  chatJudge,
  chatModel,
  JudgeCallError,
  type JudgeEndpoint,
  JudgeError,
  shownAddress,
} from './chatModel.ts';
export { type Clock, systemClock } from './clock.ts';
export * from './estimate.ts';
export { onlyModel } from './onlyModel.ts';
export type { Limits } from './pace.ts';
export * from './prices.ts';
export { ReplyCache, ReplyCacheError, type ReplyEntry, type ReplySource, rememberingChat } from './replyCache.ts';
export { counted, nothingSpent, type Spent, together } from './tally.ts';
