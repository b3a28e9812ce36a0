/** Who judges: a model on a server, a model on this machine, or a written rule. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Chat,
  chatPairJudge,
  type Judge,
  type Judged,
  judgePresets,
  type PairQuestion,
  type PairTemplate,
  pairQuestions,
  readRule,
  ruleJudge,
} from '@attune/preferences';
import type { NewJudging } from '../../shared/judging.ts';
import type { Person } from '../auth/identify.ts';
import { AT_A_TIME, billOf, checkEndpoint, openEndpoint } from '../jobs/endpoints.ts';
import type { Work } from '../jobs/job.ts';
import { Refusal } from '../refusal.ts';
import { modelAt } from '../runs/places.ts';
import type { Studio } from '../studio.ts';
import type { Contest } from './comparisons.ts';
import { judgeHere } from './judgeHere.ts';

/** Ways to ask a chat model about two responses. */
export const pairPresets = judgePresets.filter((preset): preset is PairTemplate => preset.kind === 'pair');

/** A judge that can be given comparisons a page at a time. */
export interface StudioJudge extends Pick<Work, 'costOf'> {
  /** What its votes call it. */
  readonly name: string;
  judge(pages: AsyncIterable<Contest[]>, stop: AbortSignal): AsyncGenerator<Judged & { readonly contest: Contest }>;
}

const SEED = 42; // of the order in which responses are shown, where one is drawn
const TOGETHER = 64; // comparisons that a model on this machine is given at a time

/** @throws Refusal 400 where the judge cannot be asked, or the rule is none */
export function judgeOf(studio: Studio, person: Person, projectId: string, settings: NewJudging): StudioJudge {
  if (settings.from === 'rule') return inPages(ruleJudge(ruleIn(settings)));
  if (settings.from === 'model') {
    const folder = modelAt(studio, projectId, person, settings.model);
    return {
      name: settings.model,
      async *judge(pages, signal) {
        for await (const page of pages) {
          for (let from = 0; from < page.length && !signal.aborted; from += TOGETHER) {
            const some = page.slice(from, from + TOGETHER);
            for (const judged of await judgeHere(studio, folder, some, signal)) {
              yield { ...judged, contest: some[judged.place]! };
            }
          }
        }
      },
    };
  }
  return servedJudge(studio, settings);
}

function servedJudge(studio: Studio, settings: NewJudging & { from: 'endpoint' }): StudioJudge {
  checkEndpoint(studio, settings);
  const template = pairPresets.find(({ name }) => name === settings.preset);
  if (!template) {
    const names = pairPresets.map(({ name }) => name).join(', ');
    throw new Refusal(
      400,
      'no_preset',
      `There is no preset ${settings.preset}. Expected one of ${names}.`,
      'body.preset',
    );
  }
  const name = `${settings.model} (${template.name})`;
  const order = settings.order === 'random' ? { seed: SEED } : 'both';
  return {
    ...{ name, ...billOf(settings) },
    async *judge(pages, stop) {
      using endpoint = openEndpoint(studio, settings, { temperature: 0, stop });
      const { signal } = endpoint;
      const chat = endpoint.chat();
      const judge = chatPairJudge({ name, template, order, chat, concurrency: AT_A_TIME, signal });
      for await (const judged of inPages(judge).judge(pages, signal)) {
        if ('failure' in judged) forgetUnreadable(chat, template, pairQuestions([judged.contest], order));
        yield judged;
      }
    },
  };
}

/** What could not be read is of no use to anybody: going on asks again. */
function forgetUnreadable(chat: Chat, template: PairTemplate, questions: Iterable<PairQuestion>): void {
  for (const question of questions) {
    const request = template.request(question);
    const reply = chat.recall(request);
    if (reply && template.read(reply, question) === undefined) chat.forget(request);
  }
}

const inPages = (judge: Judge): StudioJudge => ({
  name: judge.name,
  async *judge(pages, signal) {
    for await (const page of pages) {
      if (signal.aborted) return;
      for await (const judged of judge.judge(page)) yield { ...judged, contest: page[judged.place]! };
    }
  },
});

/** Rules are read as `attune judge --judge rule:FILE` reads them, with its words for what is wrong. */
function ruleIn({ rule, name }: NewJudging & { from: 'rule' }) {
  const folder = mkdtempSync(join(tmpdir(), 'attune-rule-'));
  const file = join(folder, 'rule.yaml');
  try {
    writeFileSync(file, rule);
    return { ...readRule(file), name };
  } catch (error) {
    if (!(error instanceof Error && 'badInput' in error)) throw error;
    throw new Refusal(400, 'wrong_rule', error.message.replaceAll(file, 'rule'), 'body.rule');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
