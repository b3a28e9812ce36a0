import { Kbd } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { QueueItem } from '../../../../shared/queue.ts';
import { Conversation } from '../../ui/Conversation.tsx';
import { Rendered } from '../../ui/Rendered.tsx';
import classes from './Comparison.module.css';

/**
 * A prompt and its two responses, side by side; on a narrow screen below one another. Plain elements: a style sheet of its
 * own, as the components for grids bring, would have the browser style the whole page anew at every vote.
 */
export const Comparison = memo(function Comparison({ item, raw }: { item: QueueItem; raw: boolean }) {
  const { t } = useTranslation();
  const { prompt, first, second } = item;
  return (
    <article data-item={item.itemId}>
      <section aria-label={t(prompt.length > 1 ? 'judge.context' : 'judge.prompt')} className={classes.prompt}>
        <Conversation messages={prompt} raw={raw} />
      </section>
      <div className={classes.responses}>
        <Response n={1} text={first} raw={raw} />
        <Response n={2} text={second} raw={raw} />
      </div>
    </article>
  );
});

function Response({ n, text, raw }: { n: 1 | 2; text: string; raw: boolean }) {
  const { t } = useTranslation();
  const title = t('judge.response', { n });
  return (
    <section aria-label={title} className={classes.response}>
      <div className={classes.head}>
        {title}
        <Kbd visibleFrom="sm" aria-hidden>
          {n}
        </Kbd>
      </div>
      {text === '' ? '∅' : <Rendered text={text} raw={raw} />}
    </section>
  );
}
