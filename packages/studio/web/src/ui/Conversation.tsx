import { Box, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/queue.ts';
import classes from './Conversation.module.css';
import { Rendered } from './Rendered.tsx';

/** The messages of a prompt, in order. */
export function Conversation({ messages, raw = false }: { messages: readonly Message[]; raw?: boolean }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      {messages.map(({ role, content }, i) => (
        <Box key={i} className={classes.message} data-role={role}>
          <Text className={classes.role}>{t(`app.roles.${role}`)}</Text>
          <Rendered text={content} raw={raw} />
        </Box>
      ))}
    </Stack>
  );
}
