import { Container, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation, useParams } from 'react-router';
import type { Role } from '../../../../shared/people.ts';
import { ApiError } from '../../api.ts';
import { ToProjects } from '../../app/ToProjects.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
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
  if (project.isError) {
    const isThere = !(project.error instanceof ApiError && project.error.status === 404);
    if (!isThere) return <Empty action={<ToProjects />}>{t('project.none')}</Empty>;
    return <Failure error={project.error} retry={project.refetch} />;
  }
  const { id, name, role } = project.data;
  const open = tabs.find(({ path }) => path === part);
  return (
    <Container size="xl" px={{ base: 0, sm: 'md' }}>
      <title>{`${open ? `${t(`project.tabs.${open.label}`)} · ` : ''}${name} · Attune`}</title>
      <Title order={1} size="h3" className={classes.name}>
        <bdi>{name}</bdi>
      </Title>
      <Tabs projectId={id} role={role} part={part} />
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Container>
  );
}

interface TabsProps {
  readonly projectId: string;
  readonly role: Role;
  /** The open one. */
  readonly part: string;
}

/** The parts of a project; on a narrow screen they scroll, and the open one is in view. */
function Tabs({ projectId, role, part }: TabsProps) {
  const { t } = useTranslation();
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (open) nav.current!.scrollLeft = open.offsetLeft - (nav.current!.clientWidth - open.offsetWidth) / 2;
  }, [part]);
  return (
    <nav ref={nav} aria-label={t('project.parts')} className={classes.tabs}>
      {tabsOf(role).map(({ path, label }) => (
        <NavLink
          key={path}
          to={`/projects/${projectId}${path && `/${path}`}`}
          end={path === ''}
          className={classes.tab!}
        >
          <Text span size="sm">
            {t(`project.tabs.${label}`)}
          </Text>
        </NavLink>
      ))}
    </nav>
  );
}
