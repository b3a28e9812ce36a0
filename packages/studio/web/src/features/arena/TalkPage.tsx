import { Alert, Box, Button, Group, Kbd, Paper, Stack, Text, Textarea } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ArenaChat, ArenaChoice, Side } from '../../../../shared/arena.ts';
import { Rendered } from '../../ui/Rendered.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { keysAreOn, useKeys } from '../../ui/useKeys.ts';
import { useProject } from '../project/useProject.ts';
import classes from './TalkPage.module.css';
import { type OpenTurn, useTalk } from './useTalk.ts';

/** Says something to two models at once, and which of the two answered better. */
export function TalkPage() {
  const { t } = useTranslation();
  const { id } = useProject();
  const { talk, open, problem, ask, vote, beginAnew, isEmpty } = useTalk(id);
  if (talk.isError) return <Failure error={talk.error} retry={beginAnew} />;
  if (talk.isLoading && !open) return <Loading />;
  const chat = talk.data;
  const canVote = chat !== undefined && chat.turns.length > 0 && chat.vote === null && open === null;
  return (
    <Stack gap="md">
      {isEmpty && <Text c="dimmed">{t('arena.intro')}</Text>}
      {chat?.turns.map((turn, i) => (
        <Turn key={i} turn={turn} vote={chat.vote} />
      ))}
      {open && <Turn turn={open} isOpen />}
      {problem === 'failed' && (
        <Alert color="orange" role="alert">
          {t('arena.failed')}
        </Alert>
      )}
      {problem instanceof Error && <Failure error={problem} />}
      {chat?.vote ? (
        <Reveal vote={chat.vote} beginAnew={beginAnew} />
      ) : (
        <>
          {canVote && <VoteBar vote={vote} />}
          <Ask isBusy={open !== null} isFirst={!chat?.turns.length} ask={ask} />
        </>
      )}
    </Stack>
  );
}

interface TurnProps {
  readonly turn: OpenTurn;
  readonly vote?: ArenaChat['vote'];
  readonly isOpen?: boolean;
}

function Turn({ turn, vote, isOpen = false }: TurnProps) {
  const { t } = useTranslation();
  return (
    <Box component="article">
      <Box className={classes.prompt!}>
        <Rendered text={turn.prompt} />
      </Box>
      <div className={classes.sides}>
        {(['first', 'second'] as const).map((side) => (
          <Paper key={side} withBorder component="section" className={classes.side!} data-won={vote?.choice === side}>
            <Text size="xs" fw={600} c="dimmed" mb={6}>
              {vote ? <bdi>{vote[side]}</bdi> : t(`arena.sides.${side}`)}
            </Text>
            {isOpen ? <Writing text={turn[side]} /> : <Rendered text={turn[side]} />}
          </Paper>
        ))}
      </div>
    </Box>
  );
}

/** While it is being written it is plain: Markdown that is not whole yet would flicker. */
function Writing({ text }: { text: string }) {
  const { t } = useTranslation();
  return text === '' ? (
    <Text c="dimmed" size="sm" role="status">
      {t('arena.writing')}
    </Text>
  ) : (
    <div className={classes.writing}>{text}</div>
  );
}

const choices: readonly { choice: ArenaChoice; key: string }[] = [
  { choice: 'first', key: '1' },
  { choice: 'tie', key: '3' },
  { choice: 'bothBad', key: '4' },
  { choice: 'second', key: '2' },
];

function VoteBar({ vote }: { vote: (choice: ArenaChoice) => void }) {
  const { t } = useTranslation();
  const keys = Object.fromEntries(choices.map(({ choice, key }) => [`Digit${key}`, () => vote(choice)]));
  const isOn = keysAreOn();
  useKeys(keys, isOn);
  return (
    <Group component="fieldset" justify="center" gap="sm" className={classes.votes!} aria-label={t('arena.which')}>
      {choices.map(({ choice, key }) => (
        <Button
          key={choice}
          variant={choice === 'first' || choice === 'second' ? 'filled' : 'default'}
          onClick={() => vote(choice)}
          rightSection={isOn && <Kbd size="xs">{key}</Kbd>}
        >
          {t(`arena.choices.${choice}`)}
        </Button>
      ))}
    </Group>
  );
}

/** The vote is on the disk: now the names may be told. */
function Reveal({ vote, beginAnew }: { vote: NonNullable<ArenaChat['vote']>; beginAnew: () => void }) {
  const { t } = useTranslation();
  const name = (side: Side) => vote[side];
  return (
    <Paper withBorder p="lg" role="status">
      <Group justify="space-between">
        <div>
          <Text fw={600}>{t(`arena.said.${vote.choice}`, { first: name('first'), second: name('second') })}</Text>
          <Text size="sm" c="dimmed">
            {t(vote.revealed ? 'arena.thanksNamed' : 'arena.thanks')}
          </Text>
        </div>
        <Button onClick={beginAnew} data-autofocus>
          {t('arena.anew')}
        </Button>
      </Group>
    </Paper>
  );
}

function Ask({ isBusy, isFirst, ask }: { isBusy: boolean; isFirst: boolean; ask: (prompt: string) => Promise<void> }) {
  const { t } = useTranslation();
  const [prompt, setPrompt] = useState('');
  const send = () => {
    if (prompt.trim() === '' || isBusy) return;
    setPrompt('');
    void ask(prompt.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <Group align="flex-end" gap="sm" wrap="nowrap">
      <Textarea
        flex={1}
        label={isFirst ? t('arena.ask') : t('arena.goOn')}
        description={t('arena.askHint')}
        value={prompt}
        onChange={({ currentTarget }) => setPrompt(currentTarget.value)}
        onKeyDown={onKeyDown}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={8000}
      />
      <Button onClick={send} loading={isBusy} disabled={prompt.trim() === ''}>
        {t('arena.send')}
      </Button>
    </Group>
  );
}
