import { AttuneError } from '@attune/torch';
import { Environment, Interpreter, Template } from '@huggingface/jinja';

/** A chat template that is missing, cannot be read, or refuses a conversation. */
export class ChatTemplateError extends AttuneError {
  readonly code = 'chat_template';
  override readonly badInput = true;
}

/**
 * A model's own Jinja chat template, rendered as `transformers` renders it: `trim_blocks`, `lstrip_blocks`,
 * `raise_exception`, `tojson` without escaping, `strftime_now`.
 *
 * Two differences from the package's own `render`: the date is given and not read from the clock (some templates print
 * it, and training data must not change at midnight), and month names are English whatever the machine's language.
 */
export class ChatTemplate {
  readonly #template: Template;

  /** @param where the file and field it comes from, for the error */
  constructor(source: string, where: string) {
    try {
      this.#template = new Template(source);
    } catch (cause) {
      throw new ChatTemplateError(`${where} is not a template that can be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** Renders with these variables, named as templates name them (`messages`, `add_generation_prompt`, `bos_token`, …). */
  render(variables: Readonly<Record<string, unknown>>, today: Date): string {
    const environment = new Environment();
    const globals = { ...constants, range, raise_exception: refuse, strftime_now: (f: string) => strftime(today, f) };
    for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
    try {
      return String(new Interpreter(environment).run(this.#template.parsed).value);
    } catch (cause) {
      throw new ChatTemplateError(`The chat template refuses this conversation: ${messageOf(cause)}`, { cause });
    }
  }
}

const constants = { true: true, false: false, none: null, True: true, False: false, None: null };

function refuse(reason: string): never {
  throw new Error(reason);
}

function range(start: number, stop?: number, step = 1): number[] {
  if (stop === undefined) return range(0, start);
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

/** The part of Python's `strftime` that templates use, in local time and English. */
function strftime(date: Date, format: string): string {
  const part = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-US', options).format(date);
  const two = (n: number) => String(n).padStart(2, '0');
  const parts: Record<string, () => string> = {
    '%Y': () => String(date.getFullYear()),
    '%m': () => two(date.getMonth() + 1),
    '%d': () => two(date.getDate()),
    '%H': () => two(date.getHours()),
    '%M': () => two(date.getMinutes()),
    '%S': () => two(date.getSeconds()),
    '%b': () => part({ month: 'short' }),
    '%B': () => part({ month: 'long' }),
    '%a': () => part({ weekday: 'short' }),
    '%A': () => part({ weekday: 'long' }),
    '%%': () => '%',
  };
  return format.replace(/%[YmdHMSbBaA%]/g, (directive) => parts[directive]!());
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
