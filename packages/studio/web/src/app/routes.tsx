import { useQuery } from '@tanstack/react-query';
import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { createBrowserRouter, Navigate, Outlet } from 'react-router';
import { Empty, Failure, Loading } from '../ui/States.tsx';
import { meQuery } from './me.ts';
import { Shell } from './Shell.tsx';

const session = () => import('../features/session/pages.tsx');
const SignInPage = lazy(async () => ({ default: (await session()).SignInPage }));
const SetUpPage = lazy(async () => ({ default: (await session()).SetUpPage }));
const JoinPage = lazy(async () => ({ default: (await session()).JoinPage }));
const ProjectsPage = lazy(async () => ({
  default: (await import('../features/projects/ProjectsPage.tsx')).ProjectsPage,
}));

/** Every page and its address. Pages are loaded when they are opened. */
export const router = createBrowserRouter([
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
          { path: '*', element: <NothingHere /> },
        ],
      },
    ],
  },
]);

/** Sends whoever is not signed in to where one does that. */
function SignedIn() {
  const me = useQuery(meQuery);
  if (me.isPending) return <Loading />;
  if (me.isError) return <Failure error={me.error} retry={me.refetch} />;
  return me.data ? <Outlet /> : <Navigate to="/sign-in" replace />;
}

function NothingHere() {
  const { t } = useTranslation();
  return <Empty>{t('app.nothingHere')}</Empty>;
}
