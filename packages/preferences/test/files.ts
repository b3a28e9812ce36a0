import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Where the data sets lie that are not part of the project; tests that need them skip where they are absent. */
export const sharedData = join(import.meta.dirname, '../../../../shared/data');

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-'));
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes test files into `folder`: bytes as they are, text as UTF-8, records as JSONL. */
export const fileWriter =
  (folder: string) =>
  (name: string, content: string | Uint8Array | readonly object[]): string => {
    const path = join(folder, name);
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(path, isText ? content : content.map((record) => `${JSON.stringify(record)}\n`).join(''));
    return path;
  };
