import { ActionIcon, Anchor, AppShell, Group, Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useNavigate } from 'react-router';
import { call } from '../api.ts';
import { languages } from '../i18n/index.ts';
import { Loading } from '../ui/States.tsx';
import { useMe } from './me.ts';

/** What is around every page: where one is, who one is, language and light. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <AppShell header={{ height: 52 }} padding="md">
      <Anchor href="#content" className="skip-link">
        {t('app.skipToContent')}
      </Anchor>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Anchor component={Link} to="/" underline="never" c="inherit">
            <Group gap={8} wrap="nowrap">
              <img src="/icon.svg" alt="" width={24} height={24} />
              <Text fw={650}>Attune</Text>
            </Group>
          </Anchor>
          <Group gap="xs" wrap="nowrap">
            <LanguageMenu />
            <LightSwitch />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main id="content">
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const name = languages[i18n.language as keyof typeof languages] ?? languages.en;
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton px="xs" aria-label={`${t('app.language')}: ${name}`}>
          <Text size="sm">{name}</Text>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(languages).map(([code, name]) => (
          <Menu.Item key={code} lang={code} onClick={() => void i18n.changeLanguage(code)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function LightSwitch() {
  const { t } = useTranslation();
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={t('app.theme')} onClick={toggleColorScheme}>
      <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
        <circle cx="9" cy="9" r="7" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M9 2a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const cache = useQueryClient();
  const go = useNavigate();
  const signOut = async () => {
    await call('DELETE', '/session');
    cache.clear();
    go('/sign-in');
  };
  return (
    <Menu>
      <Menu.Target>
        <UnstyledButton px="xs" aria-label={`${t('app.account')}: ${me.name}`}>
          <Text size="sm" fw={500}>
            {me.name}
          </Text>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item component={Link} to="/account">
          {t('app.settings')}
        </Menu.Item>
        <Menu.Item onClick={() => void signOut()}>{t('app.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
