import { visible } from './invisible.ts';
import classes from './Raw.module.css';

/** A text as it is, with a name in place of every character that cannot be seen. */
export function Raw({ text }: { text: string }) {
  return (
    <pre className={classes.raw} dir="ltr">
      {visible(text).map((part, i) =>
        typeof part === 'string' ? (
          part
        ) : (
          <mark key={i} className={classes.mark}>
            {part.name}
          </mark>
        ),
      )}
    </pre>
  );
}
