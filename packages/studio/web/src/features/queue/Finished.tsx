import { Button, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Empty } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';

/** Nothing left, or nothing there yet. */
export function Finished({ judged }: { judged: number }) {
  const { t } = useTranslation();
  const { role } = useProject();
  if (judged === 0) return <Empty action={role === 'editor' && <ToData />}>{t('judge.finishedNew')}</Empty>;
  return (
    <Empty>
      <Title order={2} size="h4" mb="xs" c="var(--mantine-color-text)">
        {t('judge.finishedTitle')}
      </Title>
      {t('judge.finished')}
    </Empty>
  );
}

function ToData() {
  const { t } = useTranslation();
  return (
    <Button component={Link} to="../data" relative="path">
      {t('data.import')}
    </Button>
  );
}
