import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Waiting for the server. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih={240} role="status" aria-label={t('app.loading')}>
      <Loader />
    </Center>
  );
}

/** The server said no, or nothing. */
export function Failure({ error, retry }: { error: Error; retry?: () => unknown }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" title={t('app.failed')} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{error.message}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={() => void retry()}>
            {t('app.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Nothing there yet, and what to do about it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Center mih={200}>
      <Stack align="center" gap="md">
        <Text c="dimmed" ta="center" maw={480} style={{ textWrapStyle: 'balance' }}>
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
