import { Kbd, Paper, SimpleGrid, Text, Title } from '@mantine/core';
import { Activity, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PromptClass } from '../../../../shared/triage.ts';
import { useMe } from '../../app/me.ts';
import { Conversation } from '../../ui/Conversation.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { keysAreOn, useKeys } from '../../ui/useKeys.ts';
import { useProject } from '../project/useProject.ts';
import { OutboxNotice } from '../queue/OutboxNotice.tsx';
import { QueueHead } from '../queue/QueueHead.tsx';
import { oncePer, triageQueue } from '../queue/requests.ts';
import { useQueue } from '../queue/useQueue.ts';
import classes from './TriagePage.module.css';

const queueOf = oncePer(triageQueue);

/** Prompts one after the other, four keys: is this one worth an answer? */
export function TriagePage() {
  const { t } = useTranslation();
  const { id } = useProject();
  const parts = queueOf(id, useMe().id);
  const queue = useQueue(parts);
  const [current] = queue.items;
  const [raw, setRaw] = useState(false);
  const [news, setNews] = useState('');

  const sort = (as: PromptClass) => {
    if (!current) return;
    queue.vote(current, { itemId: current.itemId, class: as });
    setNews(t('triage.said', { said: t(`triage.classes.${as}`) }));
  };
  const undo = async () => setNews(t(`judge.${await queue.undo()}`));
  useKeys(
    {
      ...Object.fromEntries(
        PromptClass.options.flatMap((as, i) =>
          [`Digit${i + 1}`, `Numpad${i + 1}`].map((code) => [code, () => sort(as)]),
        ),
      ),
      KeyU: () => void undo(),
      Backspace: () => void undo(),
      KeyR: () => setRaw(!raw),
    },
    keysAreOn(),
  );

  return (
    <div className={classes.page}>
      <OutboxNotice
        state={queue.outbox}
        sendNow={() => parts.outbox.wake()}
        dismiss={() => parts.outbox.dismissRefused()}
      />
      <QueueHead
        judged={queue.judged}
        left={queue.left}
        news={news}
        next={current?.prompt.at(-1)?.content}
        actions={[
          { word: t('triage.undo'), key: 'U', act: () => void undo(), isOff: !queue.canUndo },
          { word: t(raw ? 'triage.rendered' : 'triage.raw'), key: 'R', act: () => setRaw(!raw) },
        ]}
      />
      {queue.error && !current && <Failure error={queue.error} retry={queue.reload} />}
      {!current && !queue.error && (queue.waiting ? <Loading /> : <Nothing judged={queue.judged} />)}
      {queue.items.slice(0, 3).map((item) => (
        <Activity key={item.itemId} mode={item === current ? 'visible' : 'hidden'}>
          <article data-item={item.itemId}>
            <Conversation messages={item.prompt} raw={raw} />
          </article>
        </Activity>
      ))}
      {current && <Classes sort={sort} />}
    </div>
  );
}

function Nothing({ judged }: { judged: number }) {
  const { t } = useTranslation();
  return <Empty>{t(judged === 0 ? 'triage.finishedNew' : 'triage.finished')}</Empty>;
}

function Classes({ sort }: { sort: (as: PromptClass) => void }) {
  const { t } = useTranslation();
  return (
    <section className={classes.foot} aria-labelledby="triage-question">
      <Title order={2} size="h6" mb="xs" id="triage-question">
        {t('triage.question')}
      </Title>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="xs">
        {PromptClass.options.map((as, i) => (
          <Paper
            key={as}
            component="button"
            type="button"
            withBorder
            p="sm"
            className={classes.class}
            onClick={() => sort(as)}
          >
            <Text size="sm" fw={600} className={classes.name}>
              {t(`triage.classes.${as}`)}
              <Kbd size="xs" visibleFrom="sm" aria-hidden>
                {i + 1}
              </Kbd>
            </Text>
            <Text size="xs" c="dimmed">
              {t(`triage.hints.${as}`)}
            </Text>
          </Paper>
        ))}
      </SimpleGrid>
    </section>
  );
}
