import { Alert, Button, Code, FileInput, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DissectJudge, LabelsReport } from '../../../../shared/dissect.ts';
import { call } from '../../api.ts';
import { Failure } from '../../ui/States.tsx';

interface Props {
  readonly projectId: string;
  readonly judges: readonly DissectJudge[];
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Brings in what another judge says of the project's comparisons, and shows what became of every row. */
export function UploadLabels({ projectId, judges, ...modal }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const renew = () => cache.invalidateQueries({ queryKey: ['projects', projectId, 'dissect'] });
  const send = useMutation({
    mutationFn: () => {
      const form = new FormData();
      form.set('file', file!);
      const query = new URLSearchParams({ judge: name });
      return call<LabelsReport>('POST', `/projects/${projectId}/dissect/labels?${query}`, form);
    },
    onSuccess: renew,
  });
  const forget = useMutation({
    mutationFn: (judge: string) => call('DELETE', `/projects/${projectId}/dissect/labels/${encodeURIComponent(judge)}`),
    onSuccess: renew,
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal {...modal} title={t('dissect.upload')} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('dissect.uploadText')}</Text>
          <Code block>{'{"id": "…", "label": "A"}\n{"id": "…", "label": "B"}'}</Code>
          <TextInput
            label={t('dissect.judgeName')}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            maxLength={100}
            required
            data-autofocus
          />
          <FileInput
            label={t('dissect.file')}
            value={file}
            onChange={setFile}
            required
            accept=".jsonl,.json,.csv,.gz"
          />
          {send.isError && <Failure error={send.error} />}
          {send.data && <Report report={send.data} />}
          <Group justify="flex-end">
            <Button type="submit" loading={send.isPending} disabled={!file}>
              {t('dissect.take')}
            </Button>
          </Group>
          {judges
            .filter(({ kind }) => kind === 'uploaded')
            .map((judge) => (
              <Group key={judge.id} justify="space-between">
                <Text size="sm">
                  <bdi>{judge.name}</bdi> ({judge.labels})
                </Text>
                <Button size="xs" variant="subtle" color="red" onClick={() => forget.mutate(judge.name)}>
                  {t('dissect.forget')}
                </Button>
              </Group>
            ))}
        </Stack>
      </form>
    </Modal>
  );
}

function Report({ report: { judges, unknownIds } }: { report: LabelsReport }) {
  const { t } = useTranslation();
  return (
    <Alert color="teal" role="status">
      {judges.map(({ name, taken, undecided, unknown }) => (
        <Text size="sm" key={name}>
          {t('dissect.taken', { name, taken, undecided, unknown })}
        </Text>
      ))}
      {unknownIds.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('dissect.unknownIds', { ids: unknownIds.join(', ') })}
        </Text>
      )}
    </Alert>
  );
}
