import { noGrad, owned, Tensor } from '@attune/torch';
import type { Kind } from '../nn/Module.ts';
import { snakeCase } from '../nn/Module.ts';
import type { CausalLm } from './CausalLm.ts';
import { buildModel } from './families.ts';

/**
 * The same weights in another tree of modules, which can have adapters and a head of its own: policy, critic and reward
 * model on one trunk take little more memory than one of them. Frozen, and meant for a trunk that stays frozen: what
 * trains the weights of one trains them in all. Adapters of the given model are not taken over. Owns its handles,
 * not the weights: each tree may be disposed on its own.
 */
export function sharing(model: CausalLm): CausalLm {
  return owned(() =>
    noGrad(() => {
      const weights = new Map(model.namedParameters());
      const { dtype, device } = model.head;
      const twin = buildModel(model.config, 'the shared trunk', { dtype, device } as Kind); // its memory is never touched
      for (const [path, module] of twin.namedModules()) {
        for (const [field, own] of Object.entries(module)) {
          if (!(own instanceof Tensor)) continue;
          const shared = weights.get(`${path ? `${path}.` : ''}${snakeCase(field)}`)!.detach();
          own[Symbol.dispose]();
          Object.assign(module, { [field]: shared });
        }
      }
      return twin;
    }),
  );
}
