import * as app from '../app/words.ts';
import * as projects from '../features/projects/words.ts';
import * as session from '../features/session/words.ts';
import type { en } from './en.ts';
import type { Words } from './words.ts';

export const zh: Words<typeof en> = { app: app.zh, session: session.zh, projects: projects.zh };
