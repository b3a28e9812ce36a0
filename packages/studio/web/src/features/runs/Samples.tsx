import { Badge, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunLine } from '../../../../shared/runs.ts';
import { Raw } from '../../ui/Raw.tsx';

/** What the model said at a step: the newest, unless another is chosen. */
export function Samples({ lines }: { lines: readonly RunLine[] }) {
  const { t } = useTranslation();
  const steps = [...new Set(lines.map(({ step }) => String(step)))].reverse();
  const [chosen, setChosen] = useState<string | null>(null);
  const step = chosen ?? steps[0]!;
  return (
    <Stack>
      <Select label={t('runs.atStep')} data={steps} value={step} onChange={setChosen} w={160} allowDeselect={false} />
      {lines
        .filter((line) => String(line.step) === step)
        .map(({ step: _, ...sample }, i) => (
          <Sample key={i} sample={sample} />
        ))}
    </Stack>
  );
}

/** Texts in full, numbers as tags. */
function Sample({ sample }: { sample: Record<string, unknown> }) {
  const texts = Object.entries(sample).filter(([, value]) => typeof value === 'string' || typeof value === 'object');
  const numbers = Object.entries(sample).filter(([, value]) => typeof value === 'number');
  return (
    <Stack gap={6}>
      <Group gap="xs">
        {numbers.map(([name, value]) => (
          <Badge key={name} variant="light" color="gray" tt="none">
            {name} {Number(value).toPrecision(4)}
          </Badge>
        ))}
      </Group>
      {texts.map(([name, value]) => (
        <div key={name}>
          <Text size="xs" c="dimmed">
            {name}
          </Text>
          <Raw text={typeof value === 'string' ? value : JSON.stringify(value, null, 1)} />
        </div>
      ))}
    </Stack>
  );
}
