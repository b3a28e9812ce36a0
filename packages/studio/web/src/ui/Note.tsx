import { Text } from '@mantine/core';

/** What an annotator wrote beside a vote: text, whatever it looks like. */
export function Note({ text }: { text: string }) {
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      <bdi>{text}</bdi>
    </Text>
  );
}
