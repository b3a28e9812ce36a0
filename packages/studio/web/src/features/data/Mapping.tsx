import { Alert, Button, Group, Select, SimpleGrid, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnMapping, ImportReport } from '../../../../shared/items.ts';
import { guessMapping } from './importing.ts';

const fields = ['prompt', 'a', 'b', 'id', 'aSource', 'bSource', 'gold'] as const;

interface Props {
  report: ImportReport;
  given: ColumnMapping | undefined;
  use: (mapping: ColumnMapping) => void;
}

/** Which column is what, for files whose columns nobody knows. */
export function Mapping({ report: { columns }, given, use }: Props) {
  const { t } = useTranslation();
  const [mapping, setMapping] = useState<Partial<ColumnMapping>>(given ?? guessMapping(columns));
  const { prompt } = mapping;
  return (
    <Stack gap="sm">
      {!given && <Alert color="yellow">{t('data.unknown')}</Alert>}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {fields.map((field) => (
          <Select
            key={field}
            label={t(`data.mappingFields.${field}`)}
            placeholder={t('data.none')}
            data={[...columns]}
            value={mapping[field] ?? null}
            onChange={(column) => setMapping((now) => ({ ...now, [field]: column ?? undefined }))}
            required={field === 'prompt'}
            clearable={field !== 'prompt'}
            searchable
          />
        ))}
      </SimpleGrid>
      <Group>
        <Button
          variant="default"
          disabled={prompt === undefined}
          onClick={() => prompt !== undefined && use({ ...mapping, prompt })}
        >
          {t('data.usePreview')}
        </Button>
      </Group>
    </Stack>
  );
}
