import { noGrad, owned, type Random } from '@attune/torch';
import type { Kind } from '../nn/Module.ts';
import { LayerNorm, RmsNorm } from '../nn/norms.ts';
import type { CausalLm } from './CausalLm.ts';
import { buildModel } from './families.ts';

/**
 * A new model with random weights, as Radford et al. 2019 (GPT-2, section 2.3) start theirs: matrices from N(0, 0.02²),
 * those that write into the residual stream by 1/√(2·layers) smaller, norms 1, biases 0.
 */
export function createModel(config: Readonly<Record<string, unknown>>, random: Random, kind: Kind): CausalLm {
  return owned(() => {
    const model = buildModel(config, 'the new model', kind);
    const layers = Number(config.num_hidden_layers ?? config.n_layer);
    noGrad(() => {
      for (const [, module] of model.namedModules()) {
        if (module instanceof RmsNorm || module instanceof LayerNorm) module.weight.fill_(1);
      }
      for (const [name, parameter] of model.namedParameters()) {
        if (parameter.shape.length === 2)
          parameter.normal_({ std: writesToResidual(name) ? 0.02 / Math.sqrt(2 * layers) : 0.02, random });
        else if (name.endsWith('.bias')) parameter.zero_();
      }
    });
    return model;
  });
}

const writesToResidual = (name: string): boolean => /\.(o_proj|down_proj|c_proj)\.weight$/.test(name);
