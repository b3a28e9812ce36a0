import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

test('formulas are laid out by the KaTeX whose style sheet the pages load: of another version, sizes come out wrong', () => {
  const here = createRequire(import.meta.url);
  const ofRenderer = createRequire(here.resolve('rehype-katex'));
  assert.equal(ofRenderer.resolve('katex/package.json'), here.resolve('katex/package.json'));
});
