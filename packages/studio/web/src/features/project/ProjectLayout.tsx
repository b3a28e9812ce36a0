import { Container, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation, useParams } from 'react-router';
import { Failure, Loading } from '../../ui/States.tsx';
import { projectQuery } from '../projects/query.ts';
import classes from './ProjectLayout.module.css';
import { tabs, tabsOf } from './tabs.ts';

/** A project's name and tabs, and one of its pages below. */
export function ProjectLayout() {
  const { t } = useTranslation();
  const { projectId } = useParams();
  const part = useLocation().pathname.split('/')[3] ?? '';
  const project = useQuery(projectQuery(projectId!));
  if (project.isPending) return <Loading />;
  if (project.isError) return <Failure error={project.error} retry={project.refetch} />;
  const { id, name, role } = project.data;
  const open = tabs.find(({ path }) => path === part);
  return (
    <Container size="xl" px={{ base: 0, sm: 'md' }}>
      <title>{`${open ? `${t(`project.tabs.${open.label}`)} · ` : ''}${name} · Attune`}</title>
      <Title order={1} size="h3" className={classes.name}>
        <bdi>{name}</bdi>
      </Title>
      <nav aria-label={t('project.parts')} className={classes.tabs}>
        {tabsOf(role).map(({ path, label }) => (
          <NavLink key={path} to={`/projects/${id}${path && `/${path}`}`} end={path === ''} className={classes.tab!}>
            <Text span size="sm">
              {t(`project.tabs.${label}`)}
            </Text>
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Container>
  );
}
