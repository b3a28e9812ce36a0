import { Group, List, Paper, Text, ThemeIcon, Title } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { diagnose } from '../../../../shared/diagnosis.ts';
import type { Finding, Weight } from '../../../../shared/finding.ts';
import type { RunLine } from '../../../../shared/runs.ts';
import { shortNumber } from '../../ui/charts/shortNumber.ts';

const signs: Record<Weight, { color: string; sign: string }> = {
  problem: { color: 'red', sign: '✕' },
  warning: { color: 'orange', sign: '!' },
  note: { color: 'blue', sign: 'i' },
  good: { color: 'teal', sign: '✓' },
};

/** What the numbers say, in sentences, and what to do about it. */
export function Diagnosis({ lines }: { lines: readonly RunLine[] }) {
  const { t } = useTranslation();
  const findings = useMemo(() => diagnose(lines), [lines]);
  if (findings.length === 0) return null;
  return (
    <Paper component="section" withBorder p="md" aria-live="polite">
      <Title order={3} size="h5" mb="sm">
        {t('runs.diagnosis')}
      </Title>
      <List listStyleType="none" spacing="sm" p={0} m={0}>
        {findings.map((finding) => (
          <Sentence key={finding.code} finding={finding} />
        ))}
      </List>
    </Paper>
  );
}

function Sentence({ finding: { code, weight, values } }: { finding: Finding }) {
  const { t, i18n } = useTranslation();
  const { color, sign } = signs[weight];
  const numbers = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, shortNumber(value, i18n.language)]),
  );
  return (
    <List.Item>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <ThemeIcon color={color} variant="light" radius="xl" size={24} aria-label={t(`runs.weights.${weight}`)}>
          {sign}
        </ThemeIcon>
        <div>
          <Text fw={600}>
            {t(`runs.findings.${code}` as 'runs.findings.learns', numbers as { from: string; to: string })}
          </Text>
          <Text size="sm" c="dimmed">
            {t(`runs.advice.${code}`)}
          </Text>
        </div>
      </Group>
    </List.Item>
  );
}
