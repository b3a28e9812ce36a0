import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RunError } from '../errors.ts';
import { factTable, section } from './blocks.ts';
import type { Html } from './html.ts';
import { text } from './text.ts';

type Settings = Readonly<Record<string, unknown>>;

/** How a run was set. @throws RunError when the folder holds no run */
export function runSettings(folder: string): Settings {
  const config = join(folder, 'config.yaml');
  if (!existsSync(config)) throw new RunError(`${folder} holds no run: it has no config.yaml.`);
  return parse(readFileSync(config, 'utf8'));
}

/** The settings as the last part of a run's report. */
export const settingsSection = (settings: Settings): Html =>
  section(
    text.run.settingsTitle,
    undefined,
    factTable(Object.entries(settings).map(([name, value]) => ({ name, value: valueText(value) }))),
  );

const valueText = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : String(value));
