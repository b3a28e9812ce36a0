/** Brings a reply that is JSON into the form it was asked for, as far as that changes nothing of what it says. */
import { z } from 'zod';

/** The part of JSON Schema that our forms are written in. */
interface Form {
  readonly properties?: Readonly<Record<string, Form>>;
  readonly items?: Form;
  readonly type?: string;
  readonly enum?: readonly unknown[];
}

const forms = new WeakMap<z.ZodType, Record<string, unknown>>();

/** A schema as JSON Schema for a server; made once for each, because that takes milliseconds. */
export function jsonForm(schema: z.ZodType): Record<string, unknown> {
  const made = forms.get(schema);
  if (made) return made;
  const { $schema: _, ...form } = z.toJSONSchema(schema);
  forms.set(schema, form);
  return form;
}

/** Names that differ only in case, spaces and signs are the same: `Response 1`, `response_1`. */
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Names as the form spells them, numbers in quotation marks as numbers, choices in any case, true and false as Yes and
 * No, and no list as an empty one. What it cannot place stays as it is, for the schema to refuse.
 *
 * @param unknown is told each name that the form does not have; what stands under it is left out
 */
export function fitReply(value: unknown, form: Form, unknown: (name: string) => void): unknown {
  if (form.properties) return fitObject(value, form.properties, unknown);
  if (form.type === 'array') return fitList(value, form.items ?? {}, unknown);
  return form.enum ? fitChoice(value, form.enum) : value;
}

function fitObject(value: unknown, fields: Readonly<Record<string, Form>>, unknown: (name: string) => void): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const byPlain = new Map(Object.keys(fields).map((name) => [plain(name), name]));
  const fitted: [string, unknown][] = [];
  for (const [given, inner] of Object.entries(value)) {
    const name = byPlain.get(plain(given));
    if (name === undefined) unknown(given);
    else fitted.push([name, fitReply(inner, fields[name]!, unknown)]);
  }
  return Object.fromEntries(fitted);
}

function fitList(value: unknown, item: Form, unknown: (name: string) => void): unknown {
  if (value === null || (typeof value === 'string' && /^(none|n\/a|-)?$/i.test(value.trim()))) return [];
  return Array.isArray(value) ? value.map((one) => fitReply(one, item, unknown)) : value;
}

function fitChoice(value: unknown, choices: readonly unknown[]): unknown {
  const said = typeof value === 'boolean' ? (value ? 'Yes' : 'No') : value;
  if (typeof said !== 'string') return value;
  const same = (choice: unknown) => String(choice).toLowerCase() === said.trim().toLowerCase();
  return choices.find(same) ?? value;
}
