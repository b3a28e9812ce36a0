/** Text cut into blocks of equal length. */
export interface Blocks {
  /** [blocks][block] token ids, without padding. */
  readonly blocks: number[][];
  /** Tokens at the end that fill no block: fewer than a block, and not in it. */
  readonly leftOver: number;
}

/**
 * Documents one after the other, cut into blocks of equal length for pretraining: GPT-2's and nanoGPT's way, in which
 * a block may begin and end within a document. Each document brings its own end token (see `encodeText`).
 */
export function pack(documents: Iterable<readonly number[]>, block: number): Blocks {
  const blocks: number[][] = [];
  let open: number[] = [];
  for (const document of documents) {
    for (let at = 0; at < document.length; ) {
      const taken = document.slice(at, at + block - open.length);
      open = open.concat(taken);
      at += taken.length;
      if (open.length < block) continue;
      blocks.push(open);
      open = [];
    }
  }
  return { blocks, leftOver: open.length };
}
