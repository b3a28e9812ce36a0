import { lazy, Suspense } from 'react';
import { Raw } from './Raw.tsx';

const Markdown = lazy(async () => ({ default: (await import('./markdown/Markdown.tsx')).Markdown }));

/**
 * What a model or a person wrote: Markdown with mathematics, or with `raw` every character as it is.
 *
 * The text is hostile until shown otherwise. Nothing of it runs, nothing is loaded because of it, and what is left out can
 * be seen: raw HTML stands as text, an image as its address.
 */
export function Rendered({ text, raw = false }: { text: string; raw?: boolean }) {
  if (raw) return <Raw text={text} />;
  return (
    <Suspense fallback={<Raw text={text} />}>
      <Markdown text={text} />
    </Suspense>
  );
}
