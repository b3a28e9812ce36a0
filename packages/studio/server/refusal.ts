/** A request that is answered with a Problem: `status` of HTTP, `code` for programs, and a sentence that says what to do. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Also for what exists but is none of the asker's business: that it exists is not told. */
export const notFound = (what: string, id: string): Refusal =>
  new Refusal(404, 'not_found', `There is no ${what} ${JSON.stringify(id)} here, or it is not open to you.`);
