import { Button, Group, Loader, Paper, Radio, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ImportAnswers, type ImportReport } from '../../../../shared/items.ts';
import { Failure } from '../../ui/States.tsx';
import { DropZone } from './DropZone.tsx';
import { type Importing, sendFile } from './importing.ts';
import { Mapping } from './Mapping.tsx';
import { Report } from './Report.tsx';

/** A file from the drop to the import: first what it is, then whether to take it. */
export function ImportCard({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [given, setGiven] = useState<Importing>();
  const preview = useMutation({ mutationFn: (file: Importing) => sendFile(projectId, file, true) });
  const look = (next: Importing) => {
    setGiven(next);
    preview.mutate(next);
  };
  const startOver = () => {
    setGiven(undefined);
    preview.reset();
    take.reset();
  };
  const take = useMutation({
    mutationFn: (file: Importing) => sendFile(projectId, file, false),
    onSuccess: async ({ comparisons, gold, prompts, votes }, { file }) => {
      startOver();
      const items = comparisons + gold + prompts;
      notifications.show({ message: t('data.done', { items, votes, name: file.name }) });
      await cache.invalidateQueries({ queryKey: ['projects', projectId] });
    },
  });
  const report = preview.data;
  return (
    <Paper withBorder p="lg" component="section">
      <Title order={2} size="h5" mb={4}>
        {t('data.import')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('data.importText')}
      </Text>
      <Stack>
        {!given && <DropZone take={(file) => look({ file, answers: 'votes' })} />}
        {given && <FileName name={given.file.name} another={startOver} />}
        {given && preview.isPending && (
          <Group role="status" gap="xs">
            <Loader size="xs" />
            <Text size="sm">{t('data.reading', { name: given.file.name })}</Text>
          </Group>
        )}
        {preview.isError && <Failure error={preview.error} />}
        {given && report && (
          <>
            {(report.format === null || given.mapping) && (
              <Mapping report={report} given={given.mapping} use={(mapping) => look({ ...given, mapping })} />
            )}
            {hasAnswers(report, given) && (
              <Answers value={given.answers} change={(answers) => look({ ...given, answers })} />
            )}
            {report.format !== null && <Report report={report} />}
            {take.isError && <Failure error={take.error} />}
            {report.format !== null && (
              <TakeButton report={report} take={() => take.mutate(given)} isPending={take.isPending} />
            )}
          </>
        )}
      </Stack>
    </Paper>
  );
}

function FileName({ name, another }: { name: string; another: () => void }) {
  const { t } = useTranslation();
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        <bdi>{name}</bdi>
      </Text>
      <Button size="xs" variant="default" onClick={another} style={{ flexShrink: 0 }}>
        {t('data.another')}
      </Button>
    </Group>
  );
}

/** Asked once it has been seen that the file names better responses; whatever was chosen then can be chosen otherwise. */
const hasAnswers = ({ votes, gold }: ImportReport, { answers }: Importing) =>
  votes > 0 || gold > 0 || answers !== 'votes';

function Answers({ value, change }: { value: ImportAnswers; change: (answers: ImportAnswers) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group label={t('data.answers')} value={value} onChange={(next) => change(next as ImportAnswers)}>
      <Group mt={6}>
        {ImportAnswers.options.map((one) => (
          <Radio key={one} value={one} label={t(`data.answersOf.${one}`)} />
        ))}
      </Group>
    </Radio.Group>
  );
}

interface TakeProps {
  report: ImportReport;
  take: () => void;
  isPending: boolean;
}

function TakeButton({ report: { comparisons, gold, prompts, votes, bad }, take, isPending }: TakeProps) {
  const { t, i18n } = useTranslation();
  const items = comparisons + gold + prompts;
  if (items + votes === 0) return <Text c="dimmed">{t('data.nothing')}</Text>;
  return (
    <Group>
      <Button onClick={take} loading={isPending}>
        {t(bad > 0 ? 'data.takeSkipping' : 'data.take', { items: items.toLocaleString(i18n.language) })}
      </Button>
    </Group>
  );
}
