import * as app from '../app/words.ts';
import * as account from '../features/account/words.ts';
import * as arena from '../features/arena/words.ts';
import * as audit from '../features/audit/words.ts';
import * as data from '../features/data/words.ts';
import * as annotation from '../features/dissect/annotationWords.ts';
import * as dissect from '../features/dissect/words.ts';
import * as judge from '../features/judge/words.ts';
import * as judging from '../features/judging/words.ts';
import * as people from '../features/people/words.ts';
import * as project from '../features/project/words.ts';
import * as projects from '../features/projects/words.ts';
import * as quality from '../features/quality/words.ts';
import * as runs from '../features/runs/words.ts';
import * as sampling from '../features/sampling/words.ts';
import * as session from '../features/session/words.ts';
import * as settings from '../features/settings/words.ts';
import * as triage from '../features/triage/words.ts';

export const en = {
  app: app.en,
  session: session.en,
  account: account.en,
  arena: arena.en,
  audit: audit.en,
  data: data.en,
  annotation: annotation.en,
  dissect: dissect.en,
  judge: judge.en,
  judging: judging.en,
  people: people.en,
  project: project.en,
  projects: projects.en,
  quality: quality.en,
  runs: runs.en,
  sampling: sampling.en,
  settings: settings.en,
  triage: triage.en,
};
