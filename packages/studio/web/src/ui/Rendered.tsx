import { lazy, Suspense } from 'react';
import { Raw } from './Raw.tsx';
import classes from './Rendered.module.css';

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
    <Suspense fallback={<Waiting text={text} />}>
      <Markdown text={text} />
    </Suspense>
  );
}

/** The text as it stands, in the type in which it will be rendered: so that it does not change its face before one's eyes. */
function Waiting({ text }: { text: string }) {
  return (
    <div className={classes.waiting} dir="auto">
      {text}
    </div>
  );
}
