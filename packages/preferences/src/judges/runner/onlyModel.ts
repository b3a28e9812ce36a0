import { z } from 'zod';
import { chatAddress, type JudgeEndpoint, JudgeError, shownAddress } from './chatModel.ts';

const Models = z.object({ data: z.array(z.object({ id: z.string() })) });

const TIMEOUT_MS = 20_000;

/**
 * The model of a server that has only one, as those on one's own machine often do: what `GET …/models` lists.
 *
 * @throws JudgeError for a server that lists several, or none, or does not tell
 */
export async function onlyModel({ url, key }: Omit<JudgeEndpoint, 'model'>): Promise<string> {
  const address = chatAddress(url).replace(/\/chat\/completions(?=\?|$)/, '/models');
  const where = shownAddress(address);
  let models: string[];
  try {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const response = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    models = Models.parse(await response.json()).data.map(({ id }) => id);
  } catch (cause) {
    throw new JudgeError(`${where} does not tell which models there are.`, { cause });
  }
  const [only] = models;
  if (only !== undefined && models.length === 1) return only;
  throw new JudgeError(`${where} lists ${models.length === 0 ? 'no model' : models.join(', ')}.`);
}
