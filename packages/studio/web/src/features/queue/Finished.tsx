import { Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../ui/States.tsx';

/** Nothing left, or nothing there yet. */
export function Finished({ judged }: { judged: number }) {
  const { t } = useTranslation();
  if (judged === 0) return <Empty>{t('judge.finishedNew')}</Empty>;
  return (
    <Empty>
      <Title order={2} size="h4" mb="xs" c="var(--mantine-color-text)">
        {t('judge.finishedTitle')}
      </Title>
      {t('judge.finished')}
    </Empty>
  );
}
