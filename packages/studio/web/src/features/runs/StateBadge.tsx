import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isAtWork, type RunState } from '../../../../shared/runs.ts';

const colors: Record<RunState, string> = {
  starting: 'blue',
  running: 'blue',
  stopping: 'yellow',
  stopped: 'gray',
  finished: 'teal',
  failed: 'red',
};

export function StateBadge({ state }: { state: RunState }) {
  const { t } = useTranslation();
  return (
    <Badge color={colors[state]} variant={isAtWork(state) ? 'dot' : 'light'} tt="none">
      {t(`runs.states.${state}`)}
    </Badge>
  );
}
