/**
 * Tokens a second of `attune serve`, by how many ask at a time.
 *
 *   node bench/serve.ts [--model models/storyteller] [--requests 32] [--tokens 64]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: given } = parseArgs({
  options: {
    model: { type: 'string', default: join(import.meta.dirname, '../models/storyteller') },
    requests: { type: 'string', default: '32' },
    tokens: { type: 'string', default: '64' },
  },
});
const [requests, tokens] = [Number(given.requests), Number(given.tokens)];
const program = join(import.meta.dirname, '../packages/cli/src/main.ts');
const server = spawn(process.execPath, [program, 'serve', '--model', given.model, '--port', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(server.stdout, 'data');
const { url } = JSON.parse(line) as { url: string };

/** How many tokens an answer had. */
async function ask(i: number): Promise<number> {
  const response = await fetch(`${url}/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: `Once upon a time, there were ${i} little`, max_tokens: tokens }),
  });
  return ((await response.json()) as { usage: { completion_tokens: number } }).usage.completion_tokens;
}

await ask(0);
for (const atATime of [1, 4, 16]) {
  let [next, said] = [0, 0];
  const start = performance.now();
  const caller = async () => {
    while (next < requests) {
      const answered = await ask(next++);
      said += answered;
    }
  };
  await Promise.all(Array.from({ length: atATime }, caller));
  const speed = said / ((performance.now() - start) / 1000);
  console.log(`${String(atATime).padStart(2)} at a time: ${speed.toFixed(0)} tokens a second`);
}
server.kill('SIGINT');
