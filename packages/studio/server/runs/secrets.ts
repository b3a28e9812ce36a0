/** What a run's process is not given, and what its words are shown without. */

type Environment = Readonly<Record<string, string | undefined>>;

const isSecret = (name: string): boolean =>
  /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|DATABASE_URL|ATTUNE_ENDPOINTS/i.test(name);

/**
 * The studio's environment less everything that opens something: a training asks no server, and what it has not been given
 * no log can show.
 *
 * @param env undefined, where the studio was given none, leaves the process with that of its parent
 */
export const withoutSecrets = (env: Environment | undefined): NodeJS.ProcessEnv | undefined =>
  env && Object.fromEntries(Object.entries(env).filter(([name]) => !isSecret(name)));

/** A text of the command line's, with paths as they are seen from the studio's folder: where that lies is its owner's business. */
export const withoutFolder = (text: string, folder: string): string =>
  text.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
