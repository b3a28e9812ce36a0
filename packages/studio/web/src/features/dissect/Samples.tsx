import {
  Accordion,
  Badge,
  Box,
  Group,
  Pagination,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DissectGroup, ExplainedSample } from '../../../../shared/dissect.ts';
import { Rendered } from '../../ui/Rendered.tsx';
import { Failure, Loading } from '../../ui/States.tsx';
import { type Dissected, samplesQuery } from './queries.ts';
import classes from './Samples.module.css';

const PAGE = 10;

interface Props {
  readonly of: Dissected;
  readonly version: string;
  readonly group: DissectGroup;
  readonly judges: readonly string[];
  readonly nameOf: (judge: string) => string;
}

/** Single comparisons: what the weights foretell, and which property has how much of a share in that. */
export function Samples({ of, version, group, judges, nameOf }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [order, setOrder] = useState<'surprising' | 'imported'>('surprising');
  const [page, setPage] = useState(1);
  const judge = chosen !== null && judges.includes(chosen) ? chosen : judges[0]!;
  const samples = useQuery(samplesQuery(of, version, { group, judge, order, offset: PAGE * (page - 1) }));
  if (samples.isPending) return <Loading />;
  if (samples.isError) return <Failure error={samples.error} retry={samples.refetch} />;
  return (
    <Stack>
      <Group align="flex-end">
        <Select
          label={t('dissect.judge')}
          data={judges.map((value) => ({ value, label: nameOf(value) }))}
          value={judge}
          onChange={(value) => {
            setChosen(value);
            setPage(1);
          }}
          allowDeselect={false}
        />
        <SegmentedControl
          aria-label={t('dissect.order')}
          value={order}
          data={(['surprising', 'imported'] as const).map((value) => ({ value, label: t(`dissect.orders.${value}`) }))}
          onChange={(value) => {
            setOrder(value);
            setPage(1);
          }}
        />
      </Group>
      <Accordion variant="separated">
        {samples.data.samples.map((sample) => (
          <Sample key={sample.itemId} sample={sample} />
        ))}
      </Accordion>
      {samples.data.total > PAGE && (
        <Pagination
          value={page}
          onChange={setPage}
          total={Math.ceil(samples.data.total / PAGE)}
          size="sm"
          getControlProps={(to) => ({ 'aria-label': t(`app.${to as 'next' | 'previous'}`) })}
        />
      )}
    </Stack>
  );
}

function Sample({ sample }: { sample: ExplainedSample }) {
  const { t } = useTranslation();
  const { itemId, prompt, label, probability, a, b } = sample;
  const foretold = label === 'a' ? probability : 1 - probability;
  return (
    <Accordion.Item value={itemId}>
      <Accordion.Control>
        <Group justify="space-between" gap="xs">
          <Text size="sm" lineClamp={1} flex="1 1 220px">
            {prompt}
          </Text>
          <Badge color={foretold < 0.5 ? 'orange' : 'teal'} variant="light" tt="none" style={{ flexShrink: 0 }}>
            {t('dissect.chosen', { side: label.toUpperCase(), percent: Math.round(100 * foretold) })}
          </Badge>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack>
          <Shares sample={sample} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {([a, b] as const).map((text, i) => (
              <Box key={i === 0 ? 'a' : 'b'} className={classes.response!}>
                <Text size="xs" fw={600} mb={4}>
                  {i === 0 ? 'A' : 'B'}
                </Text>
                <Rendered text={text} />
              </Box>
            ))}
          </SimpleGrid>
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

/** Bars from the middle: to the left what speaks for A, to the right what speaks for B. */
function Shares({ sample: { shares } }: { sample: ExplainedSample }) {
  const { t } = useTranslation();
  const largest = Math.max(0.02, ...shares.map(({ share }) => Math.abs(share)));
  if (shares.length === 0) return <Text size="sm">{t('dissect.noDifference')}</Text>;
  return (
    <div>
      {shares.map(({ property, share, favours }) => {
        const width = (50 * Math.abs(share)) / largest;
        return (
          <div key={property} className={classes.share}>
            <Text size="sm">
              {t('dissect.more', { property: t(`dissect.properties.${property}`), side: favours.toUpperCase() })}
            </Text>
            <div className={classes.bar} aria-hidden>
              <div
                className={share > 0 ? classes.forA : classes.forB}
                style={{ width: `${width}%`, left: share > 0 ? `${50 - width}%` : '50%' }}
              />
            </div>
            <Text size="sm" className={classes.number!}>
              {share > 0 ? 'A' : 'B'} +{(100 * Math.abs(share)).toFixed(1)}
            </Text>
          </div>
        );
      })}
      <Text size="xs" c="dimmed" mt={4}>
        {t('dissect.sharesText')}
      </Text>
    </div>
  );
}
