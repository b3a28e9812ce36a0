import { Badge, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AnnotatorQuality, Quality, Share } from '../../../../shared/quality.ts';
import { coefficient, percent } from './numbers.ts';

const shares = ['agreement', 'consistency', 'firstShown', 'longer', 'gold'] as const;

/** Every annotator, person or model, in the same terms. */
export function AnnotatorTable({ annotators }: { annotators: readonly AnnotatorQuality[] }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={900}>
      <Table verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('quality.columns.name')}</Table.Th>
            {(['votes', 'ties', 'skips'] as const).map((name) => (
              <Table.Th key={name} ta="right">
                {t(`quality.columns.${name}`)}
              </Table.Th>
            ))}
            {([...shares, 'reliability'] as const).map((name) => (
              <Table.Th key={name} ta="right" title={t(`quality.columnHints.${name}`)}>
                {t(`quality.columns.${name}`)}
              </Table.Th>
            ))}
            <Table.Th ta="right">{t('quality.columns.seconds')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: 'tabular-nums' }}>
          {annotators.map((one) => (
            <Table.Tr key={one.annotator}>
              <Table.Td>
                <Name {...one} />
              </Table.Td>
              <Table.Td ta="right">{one.votes}</Table.Td>
              <Table.Td ta="right">{one.ties}</Table.Td>
              <Table.Td ta="right">{one.skips}</Table.Td>
              {shares.map((name) => (
                <Table.Td key={name} ta="right">
                  <ShareCell share={one[name]} />
                </Table.Td>
              ))}
              <Table.Td ta="right">{one.reliability === null ? '–' : percent(one.reliability)}</Table.Td>
              <Table.Td ta="right">
                {one.seconds === null ? '–' : t('quality.seconds', { seconds: one.seconds.toFixed(1) })}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Name({ name, judge }: { name: string; judge: boolean }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap">
      <Text size="sm" fw={500} style={{ whiteSpace: 'nowrap' }}>
        <bdi>{name}</bdi>
      </Text>
      {judge && (
        <Badge size="xs" variant="default" style={{ flexShrink: 0 }}>
          {t('quality.judge')}
        </Badge>
      )}
    </Group>
  );
}

function ShareCell({ share }: { share: Share | null }) {
  const { t } = useTranslation();
  if (!share) return <>–</>;
  const [low, high] = share.interval.map(percent);
  return (
    <>
      <Text size="sm">{percent(share.share)}</Text>
      <Text
        size="xs"
        c="dimmed"
        style={{ whiteSpace: 'nowrap' }}
        title={t('quality.interval', { low, high, n: share.n })}
      >
        {low} – {high}
      </Text>
    </>
  );
}

interface PairsProps {
  pairs: Quality['pairs'];
  annotators: readonly AnnotatorQuality[];
}

/** How much every two agree. */
export function PairTable({ pairs, annotators }: PairsProps) {
  const { t } = useTranslation();
  const nameOf = new Map(annotators.map(({ annotator, name }) => [annotator, name]));
  return (
    <Table.ScrollContainer minWidth={280} mah={420}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('quality.pair')}</Table.Th>
            <Table.Th ta="right">{t('quality.kappa')}</Table.Th>
            <Table.Th ta="right">{t('quality.same')}</Table.Th>
            <Table.Th ta="right">{t('quality.shared')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: 'tabular-nums' }}>
          {pairs.map(({ annotators: [one, other], same, kappa }) => (
            <Table.Tr key={`${one} ${other}`}>
              <Table.Td>
                <bdi>{nameOf.get(one) ?? one}</bdi> · <bdi>{nameOf.get(other) ?? other}</bdi>
              </Table.Td>
              <Table.Td ta="right">{kappa === null ? '–' : coefficient(kappa)}</Table.Td>
              <Table.Td ta="right">{percent(same.share)}</Table.Td>
              <Table.Td ta="right">{same.n}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
