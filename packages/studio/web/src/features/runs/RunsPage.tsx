import { Route, Routes } from 'react-router';
import { ComparePage } from './ComparePage.tsx';
import { NewRunPage } from './NewRunPage.tsx';
import { RunList } from './RunList.tsx';
import { RunPage } from './RunPage.tsx';

/** Training: the project's runs, one of them, several side by side, and the form that starts one. */
export function RunsPage() {
  return (
    <Routes>
      <Route index element={<RunList />} />
      <Route path="new" element={<NewRunPage />} />
      <Route path="compare" element={<ComparePage />} />
      <Route path=":name" element={<RunPage />} />
    </Routes>
  );
}
