import {
  Alert,
  Badge,
  Button,
  Center,
  Group,
  Loader,
  MultiSelect,
  Select,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DissectGroup, DissectJudge, DissectOverview, JudgeWeights } from '../../../../shared/dissect.ts';
import { Section } from '../../ui/Section.tsx';
import { Empty, Failure, Loading } from '../../ui/States.tsx';
import { useProject } from '../project/useProject.ts';
import { AnnotationCard } from './AnnotationCard.tsx';
import { PropertyPlot } from './PropertyPlot.tsx';
import { annotationQuery, type Dissected, groupQuery, overviewQuery } from './queries.ts';
import { Samples } from './Samples.tsx';
import { SimilarityMap } from './SimilarityMap.tsx';
import { UploadLabels } from './UploadLabels.tsx';

const MOST = 4; // lines to a property that can still be told apart

/** What the project's votes reward: by property, judge and kind of prompt. */
export function DissectPage() {
  const { t } = useTranslation();
  const { id } = useProject();
  const [annotator, setAnnotator] = useState<string | null>(null);
  const overview = useQuery(overviewQuery({ projectId: id, annotator }));
  const [isOpen, { open, close }] = useDisclosure();
  if (overview.isPending) return <Loading />;
  if (overview.isError) return <Failure error={overview.error} retry={overview.refetch} />;
  const upload = (
    <Button variant="default" onClick={open}>
      {t('dissect.upload')}
    </Button>
  );
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h4">
            {t('dissect.title')}
          </Title>
          <Text size="sm" c="dimmed" maw={680}>
            {t('dissect.intro')}
          </Text>
        </div>
        {overview.data.comparisons > 0 && upload}
      </Group>
      {overview.data.comparisons === 0 ? (
        <Empty action={upload}>{t('dissect.none')}</Empty>
      ) : (
        <Dissection
          key={annotator}
          of={{ projectId: id, annotator }}
          overview={overview.data}
          by={<PropertiesChoice projectId={id} {...{ annotator, setAnnotator }} />}
        />
      )}
      <AnnotationCard projectId={id} />
      <UploadLabels projectId={id} judges={overview.data.judges} opened={isOpen} onClose={close} />
    </Stack>
  );
}

interface ChoiceProps {
  readonly projectId: string;
  readonly annotator: string | null;
  readonly setAnnotator: (annotator: string | null) => void;
}

/** Properties that are counted, or rated by one of the models; nothing to choose where no model has rated any. */
function PropertiesChoice({ projectId, annotator, setAnnotator }: ChoiceProps) {
  const { t, i18n } = useTranslation();
  const { annotators = [] } = useQuery(annotationQuery(projectId)).data ?? {};
  if (annotators.length === 0) return null;
  const rated = annotators.map(({ name, comparisons }) => ({
    value: `by ${name}`,
    label: t('dissect.rated', { name, comparisons: comparisons.toLocaleString(i18n.language) }),
  }));
  return (
    <Select
      label={t('dissect.by')}
      data={[{ value: '', label: t('dissect.counted') }, ...rated]}
      value={annotator === null ? '' : `by ${annotator}`}
      onChange={(value) => setAnnotator(value ? value.slice('by '.length) : null)}
      allowDeselect={false}
      w={280}
    />
  );
}

interface DissectionProps {
  readonly of: Dissected;
  readonly overview: DissectOverview;
  readonly by: ReactNode;
}

function Dissection({ of, overview, by }: DissectionProps) {
  const { t, i18n } = useTranslation();
  const { judges, groups, version, used, comparisons, unchecked } = overview;
  const [group, setGroup] = useState<DissectGroup>('all');
  const [chosen, setChosen] = useState(judges.slice(0, 3).map(({ id }) => id));
  const fitted = useQuery(groupQuery(of, version, group));
  const nameOf = (judge: string) => nameIn(judges, judge, t('dissect.everyone'));
  const count = (n: number) => n.toLocaleString(i18n.language);
  const shown = chosen.flatMap((judge) => fitted.data?.judges.find((one) => one.judge === judge) ?? []);
  const drawn = shown.filter(({ weights }) => weights.length > 0);
  return (
    <>
      <Group align="flex-end">
        {by}
        <Select
          label={t('dissect.group')}
          data={groups.map(({ group, comparisons }) => ({
            value: group,
            label: `${t(`dissect.groups.${group}`)} (${count(comparisons)})`,
          }))}
          value={group}
          onChange={(value) => setGroup((value ?? 'all') as DissectGroup)}
          allowDeselect={false}
          w={280}
        />
        <MultiSelect
          label={t('dissect.judges')}
          data={judges.map(({ id, labels }) => ({ value: id, label: `${nameOf(id)} (${count(labels)})` }))}
          value={chosen}
          onChange={setChosen}
          maxValues={MOST}
          flex={1}
          miw={280}
        />
      </Group>
      {used < comparisons && (
        <Text size="sm" c="dimmed">
          {t('dissect.sampled', { used: count(used), comparisons: count(comparisons) })}
        </Text>
      )}
      {unchecked > 0 && (
        <Text size="sm" c="dimmed">
          {t('dissect.unchecked', { count: unchecked, n: count(unchecked) })}
        </Text>
      )}
      {fitted.isPending && <Fitting />}
      {fitted.isError && <Failure error={fitted.error} retry={fitted.refetch} />}
      {fitted.data && (
        <>
          <Section level={3} title={t('dissect.weights')}>
            {drawn.length > 0 && <PropertyPlot judges={drawn} nameOf={nameOf} />}
            <TooFew judges={shown} nameOf={nameOf} />
            {shown.some(({ needs, weights }) => needs === null && weights.length === 0) && (
              <Text c="dimmed">{t('dissect.alike')}</Text>
            )}
          </Section>
          {drawn.length > 0 && (
            <Section level={3} title={t('dissect.foretold')}>
              <Foretold judges={drawn} nameOf={nameOf} />
            </Section>
          )}
          {fitted.data.similarity.length > 0 && (
            <Section level={3} title={t('dissect.similarity')}>
              <SimilarityMap similarity={fitted.data.similarity} nameOf={nameOf} />
            </Section>
          )}
          {drawn.length > 0 && (
            <Section level={3} title={t('dissect.samples')}>
              <Samples key={group} {...{ of, version, group, nameOf }} judges={drawn.map(({ judge }) => judge)} />
            </Section>
          )}
        </>
      )}
    </>
  );
}

const nameIn = (judges: readonly DissectJudge[], id: string, everyone: string): string =>
  id === 'everyone' ? everyone : (judges.find((judge) => judge.id === id)?.name ?? id);

function Fitting() {
  const { t } = useTranslation();
  return (
    <Center mih={200} role="status">
      <Group>
        <Loader size="sm" />
        <Text c="dimmed">{t('dissect.fitting')}</Text>
      </Group>
    </Center>
  );
}

interface JudgesProps {
  readonly judges: readonly JudgeWeights[];
  readonly nameOf: (judge: string) => string;
}

function TooFew({ judges, nameOf }: JudgesProps) {
  const { t } = useTranslation();
  return judges
    .filter(({ needs }) => needs !== null)
    .map(({ judge, samples, needs }) => (
      <Alert key={judge} color="gray" mt="sm">
        {t('dissect.tooFew', { name: nameOf(judge), samples, needs })}
      </Alert>
    ));
}

function Foretold({ judges, nameOf }: JudgesProps) {
  const { t, i18n } = useTranslation();
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return (
    <>
      <Table maw={560}>
        <Table.Tbody>
          {judges.map(({ judge, samples, foretold }) => (
            <Table.Tr key={judge}>
              <Table.Th scope="row">
                <bdi>{nameOf(judge)}</bdi>
              </Table.Th>
              <Table.Td>
                {t('dissect.comparisons', { count: samples, n: samples.toLocaleString(i18n.language) })}
              </Table.Td>
              <Table.Td ta="right">
                {foretold && (
                  <Group gap="xs" justify="flex-end">
                    <Text fw={600}>{percent(foretold.rate)}</Text>
                    <Badge variant="light" color="gray" tt="none">
                      {percent(foretold.interval[0])} – {percent(foretold.interval[1])}
                    </Badge>
                  </Group>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        {t('dissect.foretoldText')}
      </Text>
    </>
  );
}
