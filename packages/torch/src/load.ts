import { createRequire } from 'node:module';
export const loadBinding = () => createRequire(import.meta.url)('/tmp/b/attune_torch.node');
