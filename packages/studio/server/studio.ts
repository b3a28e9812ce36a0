import type { Db } from './db/open.ts';

/** What the routes need, handed to each of them. */
export interface Studio {
  readonly db: Db;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where browsers reach the studio, as `https://studio.example.org`: links point there, and changes come from there. */
  readonly origin: string;
  /** The folder of everything that is not in the database: runs, uploaded files. */
  readonly folder: string;
  /** How the command line is started, as `['node', 'main.ts']`: training and judging run in processes of their own. */
  readonly attune: readonly string[];
  /** The environment of the studio's process: where the keys of other servers are, by the names that editors give. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Uniform from 0 to 1: which item and which side come first. The system's own randomness unless given. */
  readonly random?: () => number;
}
