import { Group, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, Route, Routes } from 'react-router';
import tabs from '../project/ProjectLayout.module.css';
import { useProject } from '../project/useProject.ts';
import { BoardPage } from './BoardPage.tsx';
import { ModelsPage } from './ModelsPage.tsx';
import { TalkPage } from './TalkPage.tsx';

/** Human evaluation: talks with two models, the ratings that come of them, and which models there are. */
export function ArenaPage() {
  const { t } = useTranslation();
  const { id, role } = useProject();
  const isViewer = role === 'viewer';
  const parts = [
    ...(isViewer ? [] : (['talk'] as const)),
    'board' as const,
    ...(role === 'editor' ? (['models'] as const) : []),
  ];
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={2} size="h4">
          {t('arena.title')}
        </Title>
        <nav aria-label={t('arena.title')}>
          <Group gap={4}>
            {parts.map((part) => (
              <NavLink
                key={part}
                to={`/projects/${id}/arena${part === 'talk' ? '' : `/${part}`}`}
                end
                className={tabs.tab!}
              >
                <Text span size="sm">
                  {t(`arena.parts.${part}`)}
                </Text>
              </NavLink>
            ))}
          </Group>
        </nav>
      </Group>
      <Routes>
        <Route index element={isViewer ? <Navigate to="board" replace /> : <TalkPage />} />
        <Route path="board" element={<BoardPage />} />
        <Route path="models" element={<ModelsPage />} />
      </Routes>
    </>
  );
}
