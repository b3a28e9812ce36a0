import { CloseButton, Group, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../../shared/projects.ts';
import { Rendered } from '../../ui/Rendered.tsx';
import { useCriterionName } from './Details.tsx';
import classes from './JudgePage.module.css';

/** What the project asks of its annotators, beside the comparison and not over it. */
export function Guidelines({ project, close }: { project: Project; close: () => void }) {
  const { t } = useTranslation();
  const nameOf = useCriterionName();
  return (
    <aside className={classes.guidelines} aria-label={t('judge.guidelines')}>
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{t('judge.guidelines')}</Text>
        <CloseButton aria-label={t('app.close')} onClick={close} />
      </Group>
      <Stack lang={project.language}>
        {project.guidelines.trim() === '' ? (
          <Text c="dimmed">{t('judge.noGuidelines')}</Text>
        ) : (
          <Rendered text={project.guidelines} />
        )}
        {project.criteria.map(({ name, points }) => (
          <section key={name}>
            <Title order={3} size="h6">
              <bdi>{nameOf(name)}</bdi>
            </Title>
            <List size="sm">
              {points.map((point) => (
                <List.Item key={point}>{point}</List.Item>
              ))}
            </List>
          </section>
        ))}
      </Stack>
    </aside>
  );
}
