import type { Html, Nodes, PhrasingContent, Root } from 'mdast';

/** HTML in Markdown is text: it is shown, and it means nothing. */
export const rawHtmlAsText = () => (tree: Root) => replaceIn(tree);

function replaceIn(parent: Nodes): void {
  if (!('children' in parent)) return;
  const isBlock = parent.type !== 'paragraph' && !inlineParents.has(parent.type);
  parent.children.forEach((child, i) => {
    if (child.type === 'html') (parent.children as unknown[])[i] = isBlock ? asParagraph(child) : asText(child);
    else replaceIn(child);
  });
}

const inlineParents = new Set(['heading', 'emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell']);
const asText = ({ value }: Html): PhrasingContent => ({ type: 'text', value });
const asParagraph = (html: Html) => ({ type: 'paragraph', children: [asText(html)] });
