import { Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** What the reader should know before. */
  readonly text?: string;
  /** Of the heading: one more than that of the heading it stands below. */
  readonly level?: 2 | 3;
  readonly children: ReactNode;
}

/** A part of a page with a heading of its own, framed. */
export function Section({ title, text, level = 2, children }: Props) {
  return (
    <Paper withBorder p="lg" component="section">
      <Title order={level} size="h5" mb={text ? 4 : 'md'}>
        {title}
      </Title>
      {text && (
        <Text size="sm" c="dimmed" mb="md">
          {text}
        </Text>
      )}
      {children}
    </Paper>
  );
}
