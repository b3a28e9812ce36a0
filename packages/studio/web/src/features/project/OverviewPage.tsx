import { Anchor, Box, Button, Group, Paper, Progress, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Project } from '../../../../shared/projects.ts';
import { Rendered } from '../../ui/Rendered.tsx';
import { useProject } from './useProject.ts';

/** How far a project is, and what to do next. */
export function OverviewPage() {
  const project = useProject();
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack gap="lg">
        <HowFar project={project} />
        {project.role === 'editor' ? <NextSteps project={project} /> : <Invitation project={project} />}
      </Stack>
      <Guidelines text={project.guidelines} />
    </SimpleGrid>
  );
}

function HowFar({ project: { items, done, votes, overlap } }: { project: Project }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h5" mb="md">
        {t('project.progress')}
      </Title>
      <SimpleGrid cols={{ base: 2, xs: 4 }} mb="md">
        <Figure label={t('project.comparisons')} value={items} />
        <Figure label={t('project.done')} value={done} />
        <Figure label={t('project.votes')} value={votes} />
        <Figure label={t('project.overlap')} value={overlap} />
      </SimpleGrid>
      <Progress value={items > 0 ? (100 * done) / items : 0} aria-label={t('project.progress')} mb={6} />
      <Text size="sm" c="dimmed">
        {t('project.progressText', { done: done.toLocaleString(), count: items })}
      </Text>
    </Paper>
  );
}

function Figure({ label, value }: { label: string; value: number }) {
  const { i18n } = useTranslation();
  return (
    <Box>
      <Text fz={26} fw={600} lh={1.2} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value.toLocaleString(i18n.language)}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </Box>
  );
}

/** From an empty project to pairs; what has been done is ticked. */
function NextSteps({ project: { items, votes, done, guidelines } }: { project: Project }) {
  const { t } = useTranslation();
  const steps = [
    { name: 'import', to: 'data', isDone: items > 0 },
    { name: 'guidelines', to: 'settings', isDone: guidelines.trim() !== '' },
    { name: 'invite', to: 'people', isDone: votes > 0 },
    { name: 'vote', to: 'judge', isDone: items > 0 && done === items },
    { name: 'export', to: 'data', isDone: false },
  ] as const;
  const next = steps.findIndex(({ isDone }) => !isDone);
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h5" mb="md">
        {t('project.next')}
      </Title>
      <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
        {steps.map(({ name, to, isDone }, i) => (
          <Group component="li" key={name} align="flex-start" wrap="nowrap" gap="sm">
            <ThemeIcon size={26} radius="xl" variant={isDone || i === next ? 'filled' : 'default'} aria-hidden>
              {isDone ? '✓' : <Text size="xs">{i + 1}</Text>}
            </ThemeIcon>
            <Box>
              <Anchor component={Link} to={to} fw={i === next ? 600 : 500}>
                {t(`project.steps.${name}`)}
              </Anchor>
              {isDone && <span className="for-readers"> ({t('project.isDone')})</span>}
              <Text size="sm" c="dimmed">
                {t(`project.steps.${name}Text`)}
              </Text>
            </Box>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

/** What an annotator is here for. */
function Invitation({ project: { role } }: { project: Project }) {
  const { t } = useTranslation();
  if (role === 'viewer') return null;
  return (
    <Paper withBorder p="lg">
      <Stack align="flex-start">
        <Text>{t('project.annotatorText')}</Text>
        <Button component={Link} to="judge" size="md">
          {t('project.toJudge')}
        </Button>
      </Stack>
    </Paper>
  );
}

function Guidelines({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="lg" style={{ alignSelf: 'start' }}>
      <Title order={2} size="h5" mb="md">
        {t('project.guidelines')}
      </Title>
      {text.trim() === '' ? <Text c="dimmed">{t('project.noGuidelines')}</Text> : <Rendered text={text} />}
    </Paper>
  );
}
