import * as app from '../app/words.ts';
import * as projects from '../features/projects/words.ts';
import * as session from '../features/session/words.ts';

export const en = { app: app.en, session: session.en, projects: projects.en };
