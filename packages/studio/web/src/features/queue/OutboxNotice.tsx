import { Alert, Button, Group, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { OutboxState } from './outbox.ts';

interface Props {
  state: OutboxState<unknown>;
  sendNow: () => void;
  dismiss: () => void;
}

/** Says so when votes cannot go out, or were refused. While all is well there is nothing to say. */
export function OutboxNotice({ state: { held, pending, refused }, sendNow, dismiss }: Props) {
  const { t } = useTranslation();
  const count = pending.length;
  useWarningOnLeaving(count > 0);
  return (
    <>
      {held && count > 0 && (
        <Alert color="yellow" mb="md" role="status" data-pending={count}>
          <Group justify="space-between">
            <Text size="sm">{t(held === 'signedOut' ? 'judge.signedOut' : 'judge.offline', { count })}</Text>
            <Button size="xs" variant="default" onClick={sendNow}>
              {t('judge.sendNow')}
            </Button>
          </Group>
        </Alert>
      )}
      {refused.length > 0 && (
        <Alert color="red" mb="md" role="alert" withCloseButton onClose={dismiss} closeButtonLabel={t('app.close')}>
          {t('judge.refused', { count: refused.length, message: refused.at(-1)!.message })}
        </Alert>
      )}
    </>
  );
}

/** Votes outlive a reload of their tab, but not the tab. */
function useWarningOnLeaving(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isOn]);
}
