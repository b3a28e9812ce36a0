/** The studio's server: a Fastify application over a database. */
export { studioApp } from './app.ts';
export { backUp, restore } from './backup.ts';
export { type DataPlace, openDatabase } from './db/open.ts';
export { setUpLink } from './people.ts';
export { pagesFolder, startStudio } from './start.ts';
export type { Studio } from './studio.ts';
