import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { isAtWork, type Run } from '../../../../shared/runs.ts';
import { call } from '../../api.ts';
import { Failure } from '../../ui/States.tsx';

/** What can be done with a run as it is. */
export function RunActions({ projectId, run: { name, state, hasReport } }: { projectId: string; run: Run }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const path = `/projects/${projectId}/runs/${name}`;
  const ask = useMutation({
    mutationFn: ({ action, body }: { action: 'stop' | 'resume'; body?: object }) =>
      call<Run>('POST', `${path}/${action}`, body),
    onSettled: () => cache.invalidateQueries({ queryKey: ['runs', projectId] }),
  });
  const [isOpen, { open, close }] = useDisclosure();
  const stop = (atOnce: boolean) => ask.mutate({ action: 'stop', body: { atOnce } });
  return (
    <Group gap="xs">
      {ask.isError && (
        <Text size="sm" c="red" role="alert">
          {ask.error.message}
        </Text>
      )}
      {hasReport && (
        <Button component="a" href={`/api${path}/report`} target="_blank" rel="noreferrer" variant="default">
          {t('runs.report')}
        </Button>
      )}
      {(state === 'running' || state === 'starting') && (
        <Button variant="default" loading={ask.isPending} onClick={() => stop(false)}>
          {t('runs.stop')}
        </Button>
      )}
      {state === 'stopping' && (
        <Button color="red" variant="light" loading={ask.isPending} onClick={() => stop(true)}>
          {t('runs.stopAtOnce')}
        </Button>
      )}
      {(state === 'stopped' || state === 'failed') && (
        <Button loading={ask.isPending} onClick={() => ask.mutate({ action: 'resume' })}>
          {t('runs.resume')}
        </Button>
      )}
      {!isAtWork(state) && (
        <Button variant="subtle" color="red" onClick={open}>
          {t('runs.remove')}
        </Button>
      )}
      <Removal path={path} name={name} opened={isOpen} onClose={close} />
    </Group>
  );
}

function Removal({ path, name, ...modal }: { path: string; name: string; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const go = useNavigate();
  const remove = useMutation({
    mutationFn: () => call('DELETE', path),
    onSuccess: async () => {
      go('..', { relative: 'path', replace: true });
      cache.removeQueries({ queryKey: ['runs'] });
    },
  });
  return (
    <Modal {...modal} title={t('runs.removeTitle', { name })}>
      <Stack>
        <Text size="sm">{t('runs.removeText')}</Text>
        {remove.isError && <Failure error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={modal.onClose} data-autofocus>
            {t('runs.cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('runs.remove')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
