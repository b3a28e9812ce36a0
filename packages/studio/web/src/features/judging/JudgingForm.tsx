import { Button, Group, SegmentedControl, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { JudgeOrder, type JudgingPage, type NewJudging } from '../../../../shared/judging.ts';
import type { Starting } from '../sampling/JobCard.tsx';
import { useModelFields } from '../sampling/ModelFields.tsx';

type FormProps = Pick<JudgingPage, 'choices' | 'presets'> & Starting<NewJudging>;

const froms = ['endpoint', 'model', 'rule'] as const;

/** Who judges, and how it is asked. */
export function JudgingForm({ choices, presets, start, cancel, isPending }: FormProps) {
  const { t } = useTranslation();
  const model = useModelFields(choices);
  const [from, setFrom] = useState<(typeof froms)[number]>('endpoint');
  const [preset, setPreset] = useState(presets[0]!);
  const [order, setOrder] = useState<JudgeOrder>('both');
  const [name, setName] = useState('');
  const [rule, setRule] = useState('weights:\n  words: 0.01\n');
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (from === 'rule') start({ from, name, rule });
    else start(from === 'model' ? model.local : { ...model.served, preset, order });
  };
  const missing = from !== 'rule' && model.missing[from];
  return (
    <form onSubmit={submit}>
      <Stack>
        <Group>
          <SegmentedControl
            aria-label={t('judging.from')}
            value={from}
            onChange={setFrom}
            data={froms.map((value) => ({ value, label: t(`judging.froms.${value}`) }))}
          />
          {from === 'endpoint' && (
            <SegmentedControl
              aria-label={t('judging.order')}
              value={order}
              onChange={setOrder}
              data={JudgeOrder.options.map((value) => ({ value, label: t(`judging.orders.${value}`) }))}
            />
          )}
        </Group>
        {missing}
        {from === 'rule' ? (
          <>
            <TextInput
              label={t('judging.name')}
              value={name}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
              {...{ maxLength: 60, required: true, maw: 320 }}
            />
            <Textarea
              label={t('judging.rule')}
              description={t('judging.ruleHint')}
              value={rule}
              onChange={({ currentTarget }) => setRule(currentTarget.value)}
              {...{ autosize: true, minRows: 3, required: true }}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            />
          </>
        ) : (
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
            {model.fields[from]}
            {from === 'endpoint' && (
              <Select
                label={t('judging.preset')}
                data={presets}
                value={preset}
                onChange={(value) => setPreset(value ?? preset)}
                allowDeselect={false}
              />
            )}
          </SimpleGrid>
        )}
        <Group>
          <Button type="submit" loading={isPending} disabled={Boolean(missing)}>
            {t('judging.start')}
          </Button>
          <Button variant="default" onClick={cancel}>
            {t('sampling.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
