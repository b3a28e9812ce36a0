import type { NewVote, QueueItem, QueuePage, VoteReceipt, VoteUndone } from '../../../../shared/queue.ts';
import type { NewTriage, TriageItem, TriagePage, TriageReceipt, TriageUndone } from '../../../../shared/triage.ts';
import { call, get } from '../../api.ts';
import { Outbox } from './outbox.ts';
import type { QueueParts } from './useQueue.ts';

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The comparisons of a project, for one person. */
export function comparisonQueue(projectId: string, userId: string): QueueParts<QueueItem, NewVote, VoteReceipt> {
  const base = `/projects/${projectId}`;
  return {
    outbox: new Outbox<NewVote, VoteReceipt>({
      key: `attune.votes.${projectId}.${userId}`,
      storage: sessionStorage,
      send: (vote) => call('POST', `${base}/votes`, vote),
      wait,
    }),
    load: () => get<QueuePage>(`${base}/queue?prefetch=4`),
    takeBack: ({ voteId }) => call<VoteUndone>('DELETE', `${base}/votes/${voteId}`),
  };
}

/** The prompts of a project, for one person. */
export function triageQueue(projectId: string, userId: string): QueueParts<TriageItem, NewTriage, TriageReceipt> {
  const base = `/projects/${projectId}/triage`;
  return {
    outbox: new Outbox<NewTriage, TriageReceipt>({
      key: `attune.triage.${projectId}.${userId}`,
      storage: sessionStorage,
      send: (judgment) => call('POST', base, judgment),
      wait,
    }),
    load: () => get<TriagePage>(base),
    takeBack: ({ itemId }) => call<TriageUndone>('DELETE', `${base}/${itemId}`),
  };
}

/** One of each for as long as the page lives: votes go on being sent when their page is left. */
export function oncePer<Made>(make: (projectId: string, userId: string) => Made): typeof make {
  const made = new Map<string, Made>();
  return (projectId, userId) => {
    const key = `${projectId} ${userId}`;
    const there = made.get(key) ?? make(projectId, userId);
    made.set(key, there);
    return there;
  };
}
