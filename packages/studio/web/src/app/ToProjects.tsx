import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** From where nothing is to where everything begins. */
export function ToProjects() {
  const { t } = useTranslation();
  return (
    <Button component={Link} to="/" variant="default">
      {t('app.home')}
    </Button>
  );
}
