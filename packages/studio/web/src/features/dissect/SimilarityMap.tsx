import { Table, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { JudgeSimilarity } from '../../../../shared/dissect.ts';
import { tint } from '../../ui/charts/tint.ts';
import classes from './SimilarityMap.module.css';

interface Props {
  readonly similarity: readonly JudgeSimilarity[];
  readonly nameOf: (judge: string) => string;
}

/** How alike the judges' weights are: the deeper the colour, the more alike, or the more contrary. */
export function SimilarityMap({ similarity, nameOf }: Props) {
  const { t } = useTranslation();
  const judges = [...new Set(similarity.flatMap(({ judges }) => judges))];
  const between = (one: string, other: string) =>
    similarity.find(({ judges }) => one !== other && judges.includes(one) && judges.includes(other));
  return (
    <div className={classes.around}>
      <Table withRowBorders={false} className={classes.map!} aria-label={t('dissect.similarity')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {judges.map((judge) => (
              <Table.Th key={judge} className={classes.head!} scope="col">
                <bdi>{nameOf(judge)}</bdi>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {judges.map((one) => (
            <Table.Tr key={one}>
              <Table.Th scope="row">
                <bdi>{nameOf(one)}</bdi>
              </Table.Th>
              {judges.map((other) => (
                <Cell key={other} found={between(one, other)} />
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        {t('dissect.similarityText')}
      </Text>
    </div>
  );
}

function Cell({ found }: { found: JudgeSimilarity | undefined }) {
  if (!found) return <Table.Td className={classes.self!}>–</Table.Td>;
  const { median, interval } = found;
  const show = (value: number) => value.toFixed(2).replace('-', '−');
  return (
    <Tooltip label={`90 %: ${show(interval[0])} – ${show(interval[1])}`}>
      <Table.Td className={classes.cell!} style={tint(median >= 0, 75 * Math.min(1, Math.abs(median)))}>
        {show(median)}
      </Table.Td>
    </Tooltip>
  );
}
