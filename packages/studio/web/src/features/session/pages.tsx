import { Alert, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';
import type { Accepted, Me } from '../../../../shared/people.ts';
import { call, get } from '../../api.ts';
import { meQuery } from '../../app/me.ts';
import { LanguageMenu, LightSwitch } from '../../app/Shell.tsx';
import { Failure } from '../../ui/States.tsx';

/** Signs in with an account that is there. */
export function SignInPage() {
  const { t } = useTranslation();
  const welcome = useQuery({ queryKey: ['welcome'], queryFn: () => get<{ ready: boolean }>('/welcome') });
  return (
    <Door title={t('session.signIn')} text={t('session.tagline')}>
      {welcome.data?.ready === false && <Alert color="yellow">{t('session.notReady')}</Alert>}
      <Credentials path="/session" action={t('session.signIn')} />
    </Door>
  );
}

/** Makes the owner, from the link that the terminal showed. */
export function SetUpPage() {
  const { t } = useTranslation();
  return (
    <Door title={t('session.setUpTitle')} text={t('session.setUpText')}>
      <Credentials path="/setup" action={t('session.setUp')} isNew />
    </Door>
  );
}

/** Takes up an invitation: with a new account, or with the one that is signed in. */
export function JoinPage() {
  const { t } = useTranslation();
  const me = useQuery(meQuery);
  return (
    <Door title={t('session.joinTitle')} text={t(me.data ? 'session.joinAsText' : 'session.joinText')}>
      {me.data ? <JoinAs me={me.data} /> : <Credentials path="/join" action={t('session.join')} isNew />}
      {!me.data && (
        <Text size="sm" c="dimmed">
          {t('session.haveAccount')}
        </Text>
      )}
    </Door>
  );
}

function JoinAs({ me }: { me: Me }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const cache = useQueryClient();
  const join = useMutation({
    mutationFn: () => call<Accepted>('POST', '/invitations/accept', { token: window.location.hash.slice(1) }),
    onSuccess: async ({ projectId }) => {
      await cache.invalidateQueries({ queryKey: meQuery.queryKey });
      go(`/projects/${projectId}`, { replace: true });
    },
  });
  return (
    <>
      {join.isError && <Failure error={join.error} />}
      <Button onClick={() => join.mutate()} loading={join.isPending}>
        {t('session.joinAs', { name: me.name })}
      </Button>
    </>
  );
}

function Door({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Center mih="100vh" p="md">
      <Paper component="main" withBorder p="xl" w={400} maw="100%">
        <Stack gap="md">
          <Group justify="space-between">
            <img src="/icon.svg" alt="Attune" width={36} height={36} />
            <Group gap={0}>
              <LanguageMenu />
              <LightSwitch />
            </Group>
          </Group>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}

/** The form of all three doors. A link's token stands behind its #, which browsers send to nobody. */
function Credentials({ path, action, isNew = false }: { path: string; action: string; isNew?: boolean }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { from } = (useLocation().state ?? {}) as { from?: string };
  const cache = useQueryClient();
  const [given, setGiven] = useState({ name: '', email: '', password: '' });
  const enter = useMutation({
    mutationFn: () => {
      const { name, ...credentials } = given;
      const token = window.location.hash.slice(1);
      return call<Me>('POST', path, isNew ? { token, name, ...credentials } : credentials);
    },
    onSuccess: (me) => {
      cache.setQueryData(meQuery.queryKey, me);
      go(from ?? '/', { replace: true });
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    enter.mutate();
  };
  const field = (name: keyof typeof given) => ({
    name,
    required: true,
    value: given[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setGiven((now) => ({ ...now, [name]: value })),
  });
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {isNew && <TextInput label={t('session.name')} autoComplete="name" {...field('name')} />}
        <TextInput label={t('session.email')} type="email" autoComplete="username" {...field('email')} />
        <PasswordInput
          label={t('session.password')}
          description={isNew ? t('session.passwordHint') : undefined}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          minLength={isNew ? 12 : undefined}
          {...field('password')}
        />
        {enter.isError && <Failure error={enter.error} />}
        <Button type="submit" loading={enter.isPending}>
          {action}
        </Button>
      </Stack>
    </form>
  );
}
