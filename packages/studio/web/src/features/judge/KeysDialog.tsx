import { Group, Kbd, Modal, Switch, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const rows = [
  ['first2', '1', '←'],
  ['first3', '⇧ 1', '⇧ ←'],
  ['first1', 'Q'],
  ['second2', '2', '→'],
  ['second3', '⇧ 2', '⇧ →'],
  ['second1', 'W'],
  ['tie', '3', 'T'],
  ['bothBad', '0', 'B'],
  ['skip', 'S'],
  ['undo', 'U', '⌫'],
  ['raw', 'R'],
  ['details', 'N'],
  ['guidelines', 'G'],
  ['help', '?'],
] as const;

interface Props {
  opened: boolean;
  onClose: () => void;
  isOn: boolean;
  setOn: (on: boolean) => void;
}

/** Every key, and the switch for those who want none. */
export function KeysDialog({ opened, onClose, isOn, setOn }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('judge.help')} transitionProps={{ duration: 0 }}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([what, ...keys]) => (
            <Table.Tr key={what}>
              <Table.Td>{t(`judge.keys.${what}`)}</Table.Td>
              <Table.Td>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  {keys.map((key) => (
                    <Kbd key={key} size="xs" style={{ whiteSpace: 'nowrap' }}>
                      {key}
                    </Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        label={t('judge.keysOn')}
        description={t('judge.keysOnHint')}
        checked={isOn}
        onChange={({ currentTarget: { checked } }) => setOn(checked)}
      />
    </Modal>
  );
}
