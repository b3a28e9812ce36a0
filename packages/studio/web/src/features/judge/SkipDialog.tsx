import { Button, Group, Kbd, Modal, Stack, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from '../../ui/useKeys.ts';

const reasons = ['knowledge', 'unclear', 'language', 'distressing'] as const;

/** Asks why: one key for the usual reasons, or a sentence. */
export function SkipDialog({
  opened,
  onClose,
  skip,
}: {
  opened: boolean;
  onClose: () => void;
  skip: (why: string) => void;
}) {
  const { t } = useTranslation();
  const [own, setOwn] = useState('');
  const give = (why: string) => {
    setOwn('');
    skip(why);
  };
  useKeys(
    Object.fromEntries(reasons.map((reason, i) => [`Digit${i + 1}`, () => give(t(`judge.skipReasons.${reason}`))])),
    opened,
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (own.trim() !== '') give(own.trim());
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t('judge.skipTitle')} transitionProps={{ duration: 0 }}>
      <Stack gap="xs" pt={4}>
        {reasons.map((reason, i) => (
          <Button
            key={reason}
            variant="default"
            h="auto"
            mih={44}
            py={6}
            styles={{ label: { whiteSpace: 'normal', textAlign: 'start', lineHeight: 1.35 } }}
            justify="space-between"
            rightSection={
              <Kbd size="xs" visibleFrom="sm" aria-hidden>
                {i + 1}
              </Kbd>
            }
            onClick={() => give(t(`judge.skipReasons.${reason}`))}
            data-autofocus={i === 0 || undefined}
          >
            {t(`judge.skipReasons.${reason}`)}
          </Button>
        ))}
        <form onSubmit={submit}>
          <Group align="flex-end" wrap="nowrap">
            <TextInput
              flex={1}
              label={t('judge.skipOwn')}
              value={own}
              onChange={({ currentTarget: { value } }) => setOwn(value)}
              maxLength={2000}
            />
            <Button type="submit" disabled={own.trim() === ''}>
              {t('judge.skip')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Modal>
  );
}
