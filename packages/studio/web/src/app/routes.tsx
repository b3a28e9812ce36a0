import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { createBrowserRouter, Navigate, Outlet, type RouteObject, useLocation, useRouteError } from 'react-router';
import { type Tab, tabs } from '../features/project/tabs.ts';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { meQuery } from './me.ts';
import { Shell } from './Shell.tsx';
import { ToProjects } from './ToProjects.tsx';

const session = () => import('../features/session/pages.tsx');
const SignInPage = lazy(async () => ({ default: (await session()).SignInPage }));
const SetUpPage = lazy(async () => ({ default: (await session()).SetUpPage }));
const JoinPage = lazy(async () => ({ default: (await session()).JoinPage }));
const ProjectsPage = lazy(async () => ({
  default: (await import('../features/projects/ProjectsPage.tsx')).ProjectsPage,
}));
const ProjectLayout = lazy(async () => ({
  default: (await import('../features/project/ProjectLayout.tsx')).ProjectLayout,
}));
const AccountPage = lazy(async () => ({
  default: (await import('../features/account/AccountPage.tsx')).AccountPage,
}));

/** Every page and its address. Pages are loaded when they are opened. */
const routes: RouteObject[] = [
  { path: '/sign-in', element: <SignInPage /> },
  { path: '/setup', element: <SetUpPage /> },
  { path: '/join', element: <JoinPage /> },
  {
    element: <SignedIn />,
    children: [
      {
        element: <Shell />,
        children: [
          { path: '/', element: <ProjectsPage /> },
          { path: '/account', element: <AccountPage /> },
          {
            path: '/projects/:projectId',
            element: <ProjectLayout />,
            children: [...tabs.map(asRoute), { path: '*', element: <NothingHere /> }],
          },
          { path: '*', element: <NothingHere /> },
        ],
      },
    ],
  },
];

export const router = createBrowserRouter([{ errorElement: <Broken />, children: routes }]);

function asRoute({ path, Page }: Tab): RouteObject {
  const shown = { element: <Page />, errorElement: <Broken /> };
  return path === '' ? { index: true, ...shown } : { path: `${path}/*`, ...shown };
}

/** Sends whoever is not signed in to where one does that. */
function SignedIn() {
  const me = useQuery(meQuery);
  const { pathname } = useLocation();
  if (me.isPending) return <Loading />;
  if (me.isError) return <Failure error={me.error} retry={me.refetch} />;
  return me.data ? <Outlet /> : <Navigate to="/sign-in" state={{ from: pathname }} replace />;
}

/** A page that failed while it was shown, or could not be loaded because the studio has been updated meanwhile. */
function Broken() {
  const error = useRouteError();
  return <Failure error={error instanceof Error ? error : new Error(String(error))} retry={() => location.reload()} />;
}

function NothingHere() {
  const { t } = useTranslation();
  return <Empty action={<ToProjects />}>{t('app.nothingHere')}</Empty>;
}
