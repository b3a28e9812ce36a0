import { Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BesidePair } from '../../../../shared/beside.ts';
import { shortNumber } from '../../ui/charts/shortNumber.ts';
import { Raw } from '../../ui/Raw.tsx';

interface Props {
  readonly pairs: readonly BesidePair[];
  readonly names: Readonly<Record<'start' | 'result', string>>;
}

/** What two models said to the same prompts, as it is. */
export function BesidePairs({ pairs, names }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <Stack>
      {pairs.map(({ id, prompt, ...said }) => (
        <Paper key={id} withBorder p="md">
          <Raw text={prompt.map(({ content }) => content).join('\n\n')} />
          <SimpleGrid cols={{ base: 1, sm: 2 }} mt="sm">
            {(['start', 'result'] as const).map((side) => {
              const { text, tokens, score } = said[side];
              const facts = [
                names[side],
                t('runs.beside.tokens', { count: tokens }),
                score !== null && t('runs.beside.score', { score: shortNumber(score, i18n.language) }),
              ].filter(Boolean);
              return (
                <div key={side}>
                  <Text size="xs" c="dimmed" mb={4}>
                    {facts.join(' · ')}
                  </Text>
                  <Raw text={text} />
                </div>
              );
            })}
          </SimpleGrid>
        </Paper>
      ))}
    </Stack>
  );
}
