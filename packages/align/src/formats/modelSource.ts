/**
 * A model read from a file format other than safetensors, told in Hugging Face's terms, so that whoever builds a model
 * or writes a model folder needs to know one form only. The GGUF writer takes the same form.
 */
export interface ModelSource {
  /** What `config.json` would hold. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Every tensor once, under its Hugging Face name. Nothing is in memory before `read()` is called. */
  readonly tensors: readonly SourceTensor[];
  readonly tokenizer?: SourceTokenizer;
}

/** One tensor of a model: row-major, outermost dimension first, linear layers as `[out, in]` (GPT-2's as `[in, out]`). */
export interface SourceTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Reads (and dequantises) the values: a fresh array of as many elements as the shape says. */
  read(): Float32Array<ArrayBuffer>;
}

/** The tokenizer files of a model folder, as objects. */
export interface SourceTokenizer {
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Jinja source: `chat_template.jinja`. */
  readonly chatTemplate?: string;
}

/** Number of elements of a tensor of this shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);
