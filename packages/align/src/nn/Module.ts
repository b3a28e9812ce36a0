import { Tensor, tensorsOf } from '@attune/torch';

/** What a layer's weights are made of, and where they live. */
export interface Kind {
  readonly dtype: 'float32' | 'float64' | 'bfloat16' | 'float16';
  readonly device: string;
}

/**
 * A layer: a class whose tensor fields are its parameters and whose module fields are its parts. Field names are the
 * checkpoint's in camel case (`selfAttn.qProj.weight` is `self_attn.q_proj.weight`), so loading needs no table.
 * Tensors that are no parameters stand in private fields. Owns its parameters: dispose it.
 */
export abstract class Module {
  /** Every parameter under the checkpoint's name, in the order of the fields. A shared one is named at each place. */
  *namedParameters(prefix = ''): Generator<[name: string, parameter: Tensor]> {
    for (const [field, value] of Object.entries(this)) {
      const name = prefix + snakeCase(field);
      if (value instanceof Tensor) yield [name, value];
    }
    for (const [name, part] of this.#parts()) yield* part.namedParameters(`${prefix}${name}.`);
  }

  /** This module and all its parts, at any depth, with their dotted names. */
  *namedModules(prefix = ''): Generator<[name: string, module: Module]> {
    yield [prefix, this];
    for (const [name, part] of this.#parts()) yield* part.namedModules(prefix ? `${prefix}.${name}` : name);
  }

  /** Every parameter once. */
  parameters(): Tensor[] {
    return [...new Set([...this.namedParameters()].map(([, parameter]) => parameter))];
  }

  /** The parameters that training changes, once each, with their (first) names. */
  trainable(): Map<string, Tensor> {
    const found = new Map<Tensor, string>();
    for (const [name, parameter] of this.namedParameters()) {
      if (parameter.requiresGrad && !found.has(parameter)) found.set(parameter, name);
    }
    return new Map([...found].map(([parameter, name]) => [name, parameter]));
  }

  [tensorsOf](): Tensor[] {
    return this.parameters();
  }

  [Symbol.dispose](): void {
    for (const parameter of this.parameters()) parameter[Symbol.dispose]();
  }

  *#parts(): Generator<[name: string, part: Module]> {
    for (const [field, value] of Object.entries(this)) {
      if (value instanceof Module) yield [snakeCase(field), value];
      if (!Array.isArray(value)) continue;
      for (const [i, item] of value.entries()) if (item instanceof Module) yield [`${snakeCase(field)}.${i}`, item];
    }
  }
}

/** `qProj` → `q_proj`; names that are snake case already stay as they are. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
