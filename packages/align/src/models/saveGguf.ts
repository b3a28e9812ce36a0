import { exportGguf } from '../formats/ggufExport.ts';
import type { SourceTensor } from '../formats/modelSource.ts';
import type { WritableType } from '../formats/quantize.ts';
import type { TokenizerFiles } from '../tokenizers/files.ts';
import type { CausalLm } from './CausalLm.ts';

/**
 * Writes a model (its adapters merged before) with its tokenizer as one GGUF file that llama.cpp runs.
 *
 * @param type how matrices are stored
 * @param name how programs that show the model call it
 * @throws FileError where the model or its tokenizer has something that GGUF has no place for
 */
export function saveGguf(
  model: CausalLm,
  path: string,
  { type, name, tokenizerFiles }: { type: WritableType; name: string; tokenizerFiles?: TokenizerFiles },
): void {
  const tokenizer = tokenizerFiles && { tokenizerConfig: {}, ...tokenizerFiles };
  const tensors = [...model.namedParameters()].map(
    ([tensorName, parameter]): SourceTensor => ({
      name: tensorName,
      shape: parameter.shape,
      read() {
        using values = parameter.to('float32');
        return new Float32Array(values.toBytes().buffer as ArrayBuffer);
      },
    }),
  );
  exportGguf(path, { config: model.config, tensors, tokenizer }, { type, name });
}
