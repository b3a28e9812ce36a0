import { type ComponentType, lazy } from 'react';
import type { Role } from '../../../../shared/people.ts';

/** A part of a project, under /projects/:projectId/ and its path; what is below that, as one run, is the page's own <Routes>. */
export interface Tab {
  readonly path: string;
  /** Of the words: `project.tabs.…` */
  readonly label:
    | 'overview'
    | 'judge'
    | 'triage'
    | 'quality'
    | 'data'
    | 'runs'
    | 'dissect'
    | 'arena'
    | 'people'
    | 'settings'
    | 'audit';
  /** Who sees it: this role and those above it. */
  readonly least: Role;
  readonly Page: ComponentType;
}

const page = <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

/** The parts of a project in the order of its tabs. A new one is one line here, and its word. */
export const tabs: readonly Tab[] = [
  { path: '', label: 'overview', least: 'viewer', Page: page(() => import('./OverviewPage.tsx'), 'OverviewPage') },
  {
    path: 'judge',
    label: 'judge',
    least: 'annotator',
    Page: page(() => import('../judge/JudgePage.tsx'), 'JudgePage'),
  },
  {
    path: 'triage',
    label: 'triage',
    least: 'annotator',
    Page: page(() => import('../triage/TriagePage.tsx'), 'TriagePage'),
  },
  {
    path: 'quality',
    label: 'quality',
    least: 'editor',
    Page: page(() => import('../quality/QualityPage.tsx'), 'QualityPage'),
  },
  { path: 'data', label: 'data', least: 'editor', Page: page(() => import('../data/DataPage.tsx'), 'DataPage') },
  { path: 'runs', label: 'runs', least: 'editor', Page: page(() => import('../runs/RunsPage.tsx'), 'RunsPage') },
  {
    path: 'dissect',
    label: 'dissect',
    least: 'editor',
    Page: page(() => import('../dissect/DissectPage.tsx'), 'DissectPage'),
  },
  { path: 'arena', label: 'arena', least: 'viewer', Page: page(() => import('../arena/ArenaPage.tsx'), 'ArenaPage') },
  {
    path: 'people',
    label: 'people',
    least: 'editor',
    Page: page(() => import('../people/PeoplePage.tsx'), 'PeoplePage'),
  },
  {
    path: 'settings',
    label: 'settings',
    least: 'editor',
    Page: page(() => import('../settings/SettingsPage.tsx'), 'SettingsPage'),
  },
  { path: 'audit', label: 'audit', least: 'editor', Page: page(() => import('../audit/AuditPage.tsx'), 'AuditPage') },
];

const rank: readonly Role[] = ['viewer', 'annotator', 'editor'];

/** What someone with a role sees. */
export const tabsOf = (role: Role): readonly Tab[] =>
  tabs.filter(({ least }) => rank.indexOf(role) >= rank.indexOf(least));
