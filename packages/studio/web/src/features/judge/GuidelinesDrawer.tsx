import { Drawer, List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../../shared/projects.ts';
import { Rendered } from '../../ui/Rendered.tsx';
import { useCriterionName } from './Details.tsx';

/** What the project asks of its annotators, beside the comparison: the queue goes on working under it. */
export function GuidelinesDrawer({
  project,
  opened,
  onClose,
}: {
  project: Project;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const nameOf = useCriterionName();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={t('judge.guidelines')}
      position="right"
      size="md"
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      transitionProps={{ duration: 0 }}
    >
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
    </Drawer>
  );
}
