import type { CausalLm } from './CausalLm.ts';

/**
 * Takes the layers above the first `count` away, in place and in the configuration too, so that what is saved is a whole
 * model of fewer layers. The last norm stays, and is now behind the layer that has become the last.
 */
export function keepLayers(model: CausalLm, count: number): void {
  for (const layer of model.layers.splice(count)) layer[Symbol.dispose]();
  const { layer_types: types, max_window_layers: windowed, ...config } = model.config;
  model.config = {
    ...config,
    [config.model_type === 'gpt2' ? 'n_layer' : 'num_hidden_layers']: count,
    ...(Array.isArray(types) && { layer_types: types.slice(0, count) }),
    ...(typeof windowed === 'number' && { max_window_layers: Math.min(windowed, count) }),
  };
}
