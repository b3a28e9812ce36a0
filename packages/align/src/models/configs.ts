import { FileError } from '@attune/torch';
import type { RopeScaling } from '../nn/Rope.ts';

/** A `config.json`, with errors that name the file, the field, and what was expected. */
export class ConfigReader {
  readonly json: Readonly<Record<string, unknown>>;
  readonly path: string;

  constructor(json: Readonly<Record<string, unknown>>, path: string) {
    this.json = json;
    this.path = path;
  }

  /** A positive number; `fallback` where the field is missing or null. */
  number(field: string, fallback?: number): number {
    const value = this.json[field] ?? fallback;
    if (typeof value !== 'number' || !(value > 0)) throw this.wrong(field, 'a positive number');
    return value;
  }

  /** A positive whole number, likewise. */
  count(field: string, fallback?: number): number {
    const value = this.number(field, fallback);
    if (!Number.isInteger(value)) throw this.wrong(field, 'a positive whole number');
    return value;
  }

  /** As count(), and `total` can be shared out evenly by it. */
  divisor(field: string, total: number, fallback?: number): number {
    const value = this.count(field, fallback);
    if (total % value !== 0) throw this.wrong(field, `a divisor of ${total}`);
    return value;
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.json[field] ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(field, 'true or false');
    return value;
  }

  /** Stops at a setting whose other values this architecture does not compute. */
  only(field: string, allowed: readonly unknown[], fallback: unknown = allowed[0]): void {
    if (!allowed.includes(this.json[field] ?? fallback))
      throw this.wrong(field, allowed.map((v) => JSON.stringify(v)).join(' or '));
  }

  /** Rotation base and scaling: `rope_theta` and `rope_scaling`, or `rope_parameters` as transformers 5 writes them. */
  rope(): { theta: number; scaling?: RopeScaling } {
    const together = this.json.rope_parameters as Record<string, unknown> | undefined;
    const scaling = together ?? (this.json.rope_scaling as Record<string, unknown> | null | undefined) ?? {};
    const read = new ConfigReader(scaling, `${this.path}, ${together ? 'rope_parameters' : 'rope_scaling'}`);
    const theta = together ? read.number('rope_theta', 10_000) : this.number('rope_theta', 10_000);
    const type = scaling.rope_type ?? scaling.type ?? 'default';
    if (type === 'default') return { theta };
    if (type === 'linear') return { theta, scaling: { type, factor: read.number('factor') } };
    if (type !== 'llama3') throw read.wrong('rope_type', '"default", "linear" or "llama3"');
    return {
      theta,
      scaling: {
        type,
        factor: read.number('factor'),
        lowFreqFactor: read.number('low_freq_factor'),
        highFreqFactor: read.number('high_freq_factor'),
        originalMaxPositionEmbeddings: read.number('original_max_position_embeddings'),
      },
    };
  }

  wrong(field: string, expected: string): FileError {
    const found = this.json[field] ?? (this.json[field] === null ? null : 'missing');
    return new FileError(this.path, `"${field}" is ${JSON.stringify(found)}; this architecture needs ${expected}.`);
  }
}
