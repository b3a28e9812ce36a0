import { Box, Group, SegmentedControl, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Rendered } from '../../ui/Rendered.tsx';

const HEIGHT = 320;

/** Markdown, written or as annotators see it. */
export function GuidelinesEditor({ text, change }: { text: string; change: (text: string) => void }) {
  const { t } = useTranslation();
  const [view, setView] = useState<'write' | 'preview'>('write');
  return (
    <Box>
      <Group justify="space-between" mb={6} align="flex-end">
        <Box>
          <Text size="sm" fw={600} component="label" htmlFor="guidelines">
            {t('settings.guidelines')}
          </Text>
          <Text size="xs" c="dimmed">
            {t('settings.guidelinesHint')}
          </Text>
        </Box>
        <SegmentedControl
          size="xs"
          value={view}
          onChange={(value) => setView(value as typeof view)}
          data={(['write', 'preview'] as const).map((value) => ({ value, label: t(`settings.${value}`) }))}
        />
      </Group>
      {view === 'write' ? (
        <Textarea
          id="guidelines"
          value={text}
          onChange={({ currentTarget: { value } }) => change(value)}
          maxLength={100_000}
          styles={{ input: { height: HEIGHT, resize: 'vertical' } }}
        />
      ) : (
        <Box mih={HEIGHT} p="sm" bd="1px solid var(--mantine-color-default-border)" bdrs="md">
          <Rendered text={text} />
        </Box>
      )}
    </Box>
  );
}
