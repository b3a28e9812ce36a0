import { Button, Group, NumberInput, Paper, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language, Project, ProjectSettings } from '../../../../shared/projects.ts';
import { call } from '../../api.ts';
import { meQuery } from '../../app/me.ts';
import { languages } from '../../i18n/index.ts';
import { Failure } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { projectQuery } from '../projects/query.ts';
import { CriteriaEditor } from './CriteriaEditor.tsx';
import { GuidelinesEditor } from './GuidelinesEditor.tsx';

/** What the project asks of its annotators, and how. */
export function SettingsPage() {
  const { t } = useTranslation();
  const project = useProject();
  const cache = useQueryClient();
  const [change, setChange] = useState<Partial<ProjectSettings>>({});
  const now = { ...project, ...change };
  const set = (part: Partial<ProjectSettings>) => setChange((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => call<Project>('PATCH', `/projects/${project.id}`, change),
    onSuccess: async (saved) => {
      cache.setQueryData(projectQuery(project.id).queryKey, saved);
      setChange({});
      notifications.show({ message: t('settings.saved') });
      await cache.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate();
  };
  const isChanged = Object.keys(change).length > 0;
  return (
    <form onSubmit={submit}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Paper withBorder p="lg" style={{ alignSelf: 'start' }}>
          <Title order={2} size="h5" mb="md">
            {t('settings.asked')}
          </Title>
          <Stack>
            <TextInput
              label={t('settings.name')}
              value={now.name}
              onChange={({ currentTarget: { value } }) => set({ name: value })}
              required
              maxLength={100}
            />
            <GuidelinesEditor text={now.guidelines} change={(guidelines) => set({ guidelines })} />
          </Stack>
        </Paper>
        <Stack gap="lg">
          <Paper withBorder p="lg">
            <Title order={2} size="h5" mb="md">
              {t('settings.how')}
            </Title>
            <Numbers now={now} set={set} />
          </Paper>
          <Paper withBorder p="lg">
            <CriteriaEditor criteria={now.criteria} change={(criteria) => set({ criteria })} />
          </Paper>
        </Stack>
      </SimpleGrid>
      <Stack mt="lg">
        {save.isError && <Failure error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isChanged}>
            {t('app.save')}
          </Button>
          {isChanged && (
            <Text size="sm" c="dimmed">
              {t('settings.unsaved')}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}

interface Part {
  now: ProjectSettings;
  set: (part: Partial<ProjectSettings>) => void;
}

function Numbers({ now, set }: Part) {
  const { t } = useTranslation();
  const percent = { min: 0, max: 50, suffix: ' %', allowDecimal: false, clampBehavior: 'strict' } as const;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        label={t('settings.overlap')}
        description={t('settings.overlapHint')}
        value={now.overlap}
        onChange={(value) => typeof value === 'number' && set({ overlap: value })}
        min={1}
        max={20}
        allowDecimal={false}
        clampBehavior="strict"
      />
      <Select
        label={t('settings.language')}
        description={t('settings.languageHint')}
        value={now.language}
        onChange={(value) => value && set({ language: value as Language })}
        data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
        allowDeselect={false}
      />
      <NumberInput
        label={t('settings.gold')}
        description={t('settings.goldHint')}
        value={Math.round(now.goldShare * 100)}
        onChange={(value) => typeof value === 'number' && set({ goldShare: value / 100 })}
        {...percent}
      />
      <NumberInput
        label={t('settings.repeats')}
        description={t('settings.repeatsHint')}
        value={Math.round(now.repeatShare * 100)}
        onChange={(value) => typeof value === 'number' && set({ repeatShare: value / 100 })}
        {...percent}
      />
    </SimpleGrid>
  );
}
