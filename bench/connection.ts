/** One connection that asks one thing at a time by HTTP/1.1: what measures a server should take little of the processor itself. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** From the request to the last byte of the answer. */
  readonly milliseconds: number;
}

const HEAD_ENDS = '\r\n\r\n';

export class Connection {
  readonly #socket: Socket;
  readonly #headers: string;
  #got: Buffer = Buffer.alloc(0);
  #asked: { from: number; answered: (answer: Answer) => void; failed: (error: Error) => void } | undefined;

  static async to(origin: string, key: string): Promise<Connection> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, `host: ${host}\r\nauthorization: Bearer ${key}\r\n`);
  }

  private constructor(socket: Socket, headers: string) {
    this.#socket = socket;
    this.#headers = headers;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#asked?.failed(error));
    socket.on('close', () => this.#asked?.failed(new Error('The server closed the connection.')));
  }

  /** A request, its answer, and the milliseconds between. The answer must say how long it is. */
  ask(method: string, path: string, body?: object): Promise<Answer> {
    const sent = body === undefined ? '' : JSON.stringify(body);
    const about = sent && `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(sent)}\r\n`;
    return new Promise((answered, failed) => {
      this.#asked = { from: performance.now(), answered, failed };
      this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#headers}${about}\r\n${sent}`);
    });
  }

  close(): void {
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#got = this.#got.length === 0 ? chunk : Buffer.concat([this.#got, chunk]);
    const headEnds = this.#got.indexOf(HEAD_ENDS);
    if (headEnds < 0) return;
    const head = this.#got.toString('latin1', 0, headEnds);
    const length = /\r\ncontent-length: (\d+)/i.exec(head);
    if (!length) throw new Error(`An answer without its length: ${head}`);
    const [from, to] = [headEnds + HEAD_ENDS.length, headEnds + HEAD_ENDS.length + Number(length[1])];
    if (this.#got.length < to) return;
    const { from: asked, answered } = this.#asked!;
    const text = this.#got.toString('utf8', from, to);
    this.#got = Buffer.alloc(0);
    answered({ status: Number(head.slice(9, 12)), text, milliseconds: performance.now() - asked });
  }
}
