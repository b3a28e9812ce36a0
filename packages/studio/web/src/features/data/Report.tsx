import { Alert, Box, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { BadRow, ImportReport, PreviewRow } from '../../../../shared/items.ts';

const counts = ['comparisons', 'gold', 'prompts', 'votes', 'undecided', 'duplicates', 'bad'] as const;

/** The full account of a file: what is in it, its first items, and every row that cannot be used. */
export function Report({ report }: { report: ImportReport }) {
  const { t, i18n } = useTranslation();
  const formatName = (name: string | null) =>
    name !== null && i18n.exists(`data.formats.${name}`) ? t(`data.formats.${name as 'prompts'}`) : name;
  const ignored = Object.entries(report.ignored);
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('data.format', { format: formatName(report.format) })}
      </Text>
      <Group gap="xl">
        {counts
          .filter((name) => report[name] > 0)
          .map((name) => (
            <Box key={name}>
              <Text fz={22} fw={600} lh={1.2} c={name === 'bad' ? 'red' : undefined}>
                {report[name].toLocaleString(i18n.language)}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`data.counts.${name}`, { count: report[name] })}
              </Text>
            </Box>
          ))}
      </Group>
      {ignored.length > 0 && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {t('data.ignored', { fields: ignored.map(([field, times]) => `${field} (${times})`).join(', ') })}
        </Text>
      )}
      {report.bad > 0 && <BadRows report={report} />}
      {report.preview.length > 0 && <Preview rows={report.preview} unit={report.unit} />}
    </>
  );
}

function BadRows({ report: { bad, badRows, unit } }: { report: ImportReport }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" title={t('data.badTitle', { count: bad })}>
      <Table.ScrollContainer minWidth={0} maxHeight={220}>
        <Table verticalSpacing={4} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={56}>{t(`data.columns.${unit}`)}</Table.Th>
              <Table.Th w={88}>{t('data.columns.field')}</Table.Th>
              <Table.Th>{t('data.columns.problem')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {badRows.map((row) => (
              <BadLine key={`${row.line} ${row.field} ${row.message}`} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {bad > badRows.length && (
        <Text size="xs" mt="xs">
          {t('data.badMore', { shown: badRows.length, count: bad })}
        </Text>
      )}
    </Alert>
  );
}

function BadLine({ row: { line, field, message } }: { row: BadRow }) {
  return (
    <Table.Tr>
      <Table.Td>{line}</Table.Td>
      <Table.Td>{field}</Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{message}</Table.Td>
    </Table.Tr>
  );
}

function Preview({ rows, unit }: { rows: readonly PreviewRow[]; unit: 'line' | 'row' }) {
  const { t } = useTranslation();
  const short = (text: string | null | undefined) => (
    <Text size="xs" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
      <bdi>{text ?? '–'}</bdi>
    </Text>
  );
  return (
    <Box>
      <Text size="sm" fw={500} mb={4}>
        {t('data.preview')}
      </Text>
      <Table verticalSpacing={6} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={56}>{t(`data.columns.${unit}`)}</Table.Th>
            <Table.Th>{t('data.columns.prompt')}</Table.Th>
            <Table.Th>{t('data.columns.a')}</Table.Th>
            <Table.Th>{t('data.columns.b')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.line} style={{ verticalAlign: 'top' }}>
              <Table.Td>{row.line}</Table.Td>
              <Table.Td>{short(row.prompt.at(-1)?.content)}</Table.Td>
              <Table.Td>{short(row.a)}</Table.Td>
              <Table.Td>{short(row.b)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Box>
  );
}
