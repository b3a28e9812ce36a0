import { SimpleGrid, Stack } from '@mantine/core';
import { useProject } from '../project/useProject.ts';
import { SamplingCard } from '../sampling/SamplingCard.tsx';
import { ExportCard } from './ExportCard.tsx';
import { ImportCard } from './ImportCard.tsx';
import { Items } from './Items.tsx';

/** What goes into a project, what is in it, and what goes out. */
export function DataPage() {
  const { id } = useProject();
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <ImportCard projectId={id} />
        <ExportCard projectId={id} />
      </SimpleGrid>
      <SamplingCard projectId={id} />
      <Items projectId={id} />
    </Stack>
  );
}
