import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import './i18n/index.ts';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode, Suspense, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import { ApiError } from './api.ts';
import { router } from './app/routes.tsx';
import { themeWith } from './app/theme.ts';
import { Loading } from './ui/States.tsx';

/** What was refused once will be refused again; what did not arrive may arrive at the next try. */
const worthRetrying = (failures: number, error: Error) =>
  failures < 3 && !(error instanceof ApiError && error.status > 0 && error.status < 500);

const cache = new QueryClient({ defaultOptions: { queries: { retry: worthRetrying, staleTime: 5_000 } } });

function App() {
  const { t } = useTranslation();
  const close = t('app.close');
  const theme = useMemo(() => themeWith(close), [close]);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="top-right" />
      <Suspense fallback={<Loading />}>
        <RouterProvider router={router} />
      </Suspense>
    </MantineProvider>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
