import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeHtml, html } from '../../src/report/html.ts';

test('text put into a template shows as text, and markup stays markup', () => {
  assert.equal(
    html`<p title="${'"x" onload=\'y\''}">${'<b>a & b</b>'}${html`<i>${1}</i>`}${[html`<u></u>`, 'c']}${undefined}${false}</p>`
      .markup,
    '<p title="&quot;x&quot; onload=&#39;y&#39;">&lt;b&gt;a &amp; b&lt;/b&gt;<i>1</i><u></u>c</p>',
  );
});

test('escaped text has no character that ends text or a quoted attribute, and unescapes to itself', () => {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const escaped = escapeHtml(text);
      assert.doesNotMatch(escaped, /[<>"']/);
      const back = escaped.replace(/&([a-z#0-9]+);/g, (_, name: string) => names[name]!);
      assert.equal(back, text.replace(/[^\P{Cc}\n\r\t]/gu, '\ufffd'));
    }),
  );
});

test('control characters, which could hide text from its reader, become visible', () => {
  assert.equal(escapeHtml('a\u0000b\u001b[2Jc\nd'), 'a\ufffdb\ufffd[2Jc\nd');
});
