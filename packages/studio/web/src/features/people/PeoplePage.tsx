import { Badge, Button, Group, Menu, Paper, Radio, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Invitation, type Member, Role } from '../../../../shared/people.ts';
import { call, get } from '../../api.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';

/** Who is in the project, and links for those who shall be. */
export function PeoplePage() {
  const { id } = useProject();
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Members projectId={id} />
      <Invite projectId={id} />
    </SimpleGrid>
  );
}

function Members({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const members = useQuery({
    queryKey: ['projects', projectId, 'members'],
    queryFn: ({ signal }) => get<Member[]>(`/projects/${projectId}/members`, signal),
  });
  if (members.isPending) return <Loading />;
  if (members.isError) return <Failure error={members.error} retry={members.refetch} />;
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h5" mb="md">
        {t('people.title')}
      </Title>
      {members.data.length === 0 ? (
        <Empty>{t('people.none')}</Empty>
      ) : (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('people.name')}</Table.Th>
              <Table.Th>{t('people.role')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.data.map(({ id, name, email, role, owner }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <Text size="sm" fw={500}>
                    <bdi>{name}</bdi>
                  </Text>
                  <Text size="xs" c="dimmed">
                    {email}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {owner ? (
                    <Badge variant="light">{t('people.owner')}</Badge>
                  ) : (
                    <RoleMenu {...{ projectId, id, name, role }} />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

/** What somebody may do, to be changed or ended. */
function RoleMenu({ projectId, id, name, role }: Pick<Member, 'id' | 'name' | 'role'> & { projectId: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const path = `/projects/${projectId}/members/${id}`;
  const change = useMutation({
    mutationFn: (to: Role | undefined) => (to ? call('PATCH', path, { role: to }) : call('DELETE', path)),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['projects', projectId, 'members'] }),
    onError: (error) => notifications.show({ color: 'red', message: error.message }),
  });
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          loading={change.isPending}
          rightSection={<span aria-hidden>▾</span>}
          aria-label={`${name}: ${t(`people.roles.${role}`)}`}
        >
          {t(`people.roles.${role}`)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Role.options.map((one) => (
          <Menu.Item key={one} disabled={one === role} onClick={() => change.mutate(one)}>
            {t(`people.roles.${one}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item color="red" onClick={() => window.confirm(t('people.sure', { name })) && change.mutate(undefined)}>
          {t('people.remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Invite({ projectId }: { projectId: string }) {
  const { t, i18n } = useTranslation();
  const [role, setRole] = useState<Role>('annotator');
  const invite = useMutation({
    mutationFn: () => call<Invitation>('POST', `/projects/${projectId}/invitations`, { role }),
  });
  const made = invite.data;
  return (
    <Paper withBorder p="lg">
      <Title order={2} size="h5" mb="xs">
        {t('people.invite')}
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('people.inviteText')}
      </Text>
      <Stack>
        <Radio.Group label={t('people.role')} value={role} onChange={(value) => setRole(value as Role)}>
          <Stack gap="xs" mt="xs">
            {Role.options.map((one) => (
              <Radio key={one} value={one} label={t(`people.roles.${one}`)} description={t(`people.may.${one}`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Group>
          <Button onClick={() => invite.mutate()} loading={invite.isPending}>
            {t('people.make')}
          </Button>
        </Group>
        {invite.isError && <Failure error={invite.error} />}
        {made && (
          <CopyField
            label={t('people.link', { role: t(`people.roles.${made.role}`) })}
            description={t('people.until', { date: new Date(made.expiresAt).toLocaleString(i18n.language) })}
            value={made.link}
          />
        )}
      </Stack>
    </Paper>
  );
}
