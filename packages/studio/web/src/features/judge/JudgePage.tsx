import { useDisclosure } from '@mantine/hooks';
import { Activity, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewVote, QueueItem } from '../../../../shared/queue.ts';
import { useMe } from '../../app/me.ts';
import { Failure, Loading } from '../../ui/States.tsx';
import { keysAreOn, switchKeys, useKeys } from '../../ui/useKeys.ts';
import { useProject } from '../project/useProject.ts';
import { Finished } from '../queue/Finished.tsx';
import { OutboxNotice } from '../queue/OutboxNotice.tsx';
import { QueueHead } from '../queue/QueueHead.tsx';
import { comparisonQueue, oncePer } from '../queue/requests.ts';
import { useQueue } from '../queue/useQueue.ts';
import { useTimeInView } from '../queue/useTimeInView.ts';
import { ChoiceBar } from './ChoiceBar.tsx';
import { Comparison } from './Comparison.tsx';
import { type Choice, nameOf, scale } from './choices.ts';
import { Details, type Said } from './Details.tsx';
import { Guidelines } from './Guidelines.tsx';
import classes from './JudgePage.module.css';
import { KeysDialog } from './KeysDialog.tsx';
import { SkipDialog } from './SkipDialog.tsx';

const queueOf = oncePer(comparisonQueue);
const nothingSaid: Said = { criteria: {}, note: '' };

/** The comparison queue: one key, and the next comparison is there. */
export function JudgePage() {
  const { t } = useTranslation();
  const project = useProject();
  const parts = queueOf(project.id, useMe().id);
  const queue = useQueue(parts);
  const [current] = queue.items;
  const secondsOn = useTimeInView(current?.itemId);
  const [raw, setRaw] = useState(false);
  const [draft, setDraft] = useState({ itemId: '', said: nothingSaid });
  const said = draft.itemId === current?.itemId ? draft.said : nothingSaid;
  const [news, setNews] = useState('');
  const [keysOn, setKeysOn] = useState(keysAreOn);
  const [help, helpIs] = useDisclosure();
  const [guidelines, guidelinesAre] = useDisclosure();
  const [skipping, skipIs] = useDisclosure();
  const [details, detailsAre] = useDisclosure();

  // Another item starts at its top.
  useEffect(() => {
    window.scrollTo({ top: 0 });
  }, [current?.itemId]);

  const send = (item: QueueItem, vote: Pick<NewVote, 'choice' | 'strength' | 'note'>, word: string) => {
    const { criteria, note } = said;
    queue.vote(item, {
      itemId: item.itemId,
      seconds: secondsOn(item.itemId),
      ...(Object.keys(criteria).length > 0 && { criteria }),
      ...(note.trim() !== '' && { note: note.trim() }),
      ...vote,
    });
    setNews(t('judge.recorded', { said: word }));
  };
  const choose = ({ choice, strength }: Choice) => {
    if (current) send(current, { choice, strength }, t(`judge.said.${nameOf({ choice, strength })}`));
  };
  const skip = (note: string) => {
    skipIs.close();
    if (current) send(current, { choice: 'skip', note }, t('judge.said.skip'));
  };
  const undo = useCallback(async () => {
    const outcome = await queue.undo();
    setNews(t(`judge.${outcome}`));
  }, [queue.undo, t]);

  const openSkip = () => current && skipIs.open();
  useKeys(
    {
      ...Object.fromEntries(scale.flatMap((one) => one.codes.map((code) => [code, () => choose(one)]))),
      KeyS: openSkip,
      KeyU: () => void undo(),
      Backspace: () => void undo(),
      KeyR: () => setRaw((now) => !now),
      KeyN: detailsAre.toggle,
      KeyG: guidelinesAre.toggle,
      '?': helpIs.open,
    },
    keysOn && !help && !skipping,
  );

  return (
    <div className={classes.split} data-guidelines={guidelines || undefined}>
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
            { word: t('judge.undo'), key: 'U', act: () => void undo(), isOff: !queue.canUndo },
            { word: t(raw ? 'judge.rendered' : 'judge.raw'), key: 'R', act: () => setRaw(!raw) },
            { word: t('judge.details'), key: 'N', act: detailsAre.toggle },
            { word: t('judge.guidelines'), key: 'G', act: guidelinesAre.toggle },
            { word: t('judge.help'), key: '?', act: helpIs.open },
          ]}
        />
        {queue.error && !current && <Failure error={queue.error} retry={queue.reload} />}
        {!current && !queue.error && (queue.waiting ? <Loading /> : <Finished judged={queue.judged} />)}
        {queue.items.slice(0, 3).map((item) => (
          <Activity key={item.itemId} mode={item === current ? 'visible' : 'hidden'}>
            <Comparison item={item} raw={raw} />
          </Activity>
        ))}
        {current && (
          <div className={classes.foot} data-details={details || undefined}>
            {details && (
              <Details
                criteria={project.criteria}
                said={said}
                say={(next) => setDraft({ itemId: current.itemId, said: next })}
              />
            )}
            <ChoiceBar choose={choose} skip={openSkip} />
          </div>
        )}
        <SkipDialog opened={skipping} onClose={skipIs.close} skip={skip} />
        <KeysDialog
          opened={help}
          onClose={helpIs.close}
          isOn={keysOn}
          setOn={(on) => {
            switchKeys(on);
            setKeysOn(on);
          }}
        />
      </div>
      {guidelines && <Guidelines project={project} close={guidelinesAre.close} />}
    </div>
  );
}
