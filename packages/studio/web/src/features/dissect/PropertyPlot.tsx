import { Box, Group, Text, Tooltip, useComputedColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DissectProperty, JudgeWeights, PropertyWeight } from '../../../../shared/dissect.ts';
import { shades } from '../../ui/charts/shades.ts';
import classes from './PropertyPlot.module.css';
import { degreeOf, orderOf, weightScale } from './weightScale.ts';

const BAND = 18; // pixels for each judge

interface Props {
  readonly judges: readonly JudgeWeights[];
  readonly nameOf: (judge: string) => string;
}

/** Weights of properties with their intervals: thick half, thin 90 % of the posterior. A line for each judge. */
export function PropertyPlot({ judges, nameOf }: Props) {
  const { t } = useTranslation();
  const ink = shades[useComputedColorScheme('light')];
  const { place, ticks } = weightScale(judges);
  return (
    <Box component="figure" m={0} aria-label={t('dissect.plot')}>
      <Group gap="md" mb="sm">
        {judges.map(({ judge }, i) => (
          <Group key={judge} gap={6} wrap="nowrap">
            <Box w={14} h={4} style={{ borderRadius: 2, background: ink[i] }} />
            <Text size="sm">{nameOf(judge)}</Text>
          </Group>
        ))}
      </Group>
      <div className={classes.rows}>
        {orderOf(judges).map((property) => (
          <div key={property} className={classes.row}>
            <PropertyName property={property as DissectProperty} judges={judges} />
            <svg className={classes.lines} height={judges.length * BAND + 6} aria-hidden="true">
              {ticks.map(({ percent, at }) => (
                <line
                  key={percent}
                  x1={`${at}%`}
                  x2={`${at}%`}
                  y1="0"
                  y2="100%"
                  className={percent === 50 ? classes.neutral : classes.tick}
                />
              ))}
              {judges.map(({ judge, weights }, i) => {
                const weight = weights.find((one) => one.property === property);
                return (
                  weight && <Interval key={judge} {...{ weight, place }} y={3 + BAND * (i + 0.5)} color={ink[i]!} />
                );
              })}
            </svg>
          </div>
        ))}
        <div className={classes.row} aria-hidden>
          <span />
          <div className={classes.ticks}>
            {ticks.map(({ percent, at }) => (
              <span key={percent} style={{ left: `${at}%` }}>
                {percent} %
              </span>
            ))}
          </div>
        </div>
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        {t('dissect.plotText')}
      </Text>
    </Box>
  );
}

/** The numbers stand here for those who cannot see the lines. */
function PropertyName({ property, judges }: { property: DissectProperty; judges: readonly JudgeWeights[] }) {
  const { t } = useTranslation();
  const percent = (weight: number) => Math.round(100 * degreeOf(weight));
  const numbers = judges.flatMap(({ weights }) => {
    const weight = weights.find((one) => one.property === property);
    return weight ? [`${percent(weight.mean)} % (${percent(weight.q05)}–${percent(weight.q95)} %)`] : [];
  });
  return (
    <Tooltip label={`${t(`dissect.about.${property}`)} ${numbers.join(' · ')}`} multiline maw={320}>
      <Text size="sm" className={classes.name!}>
        {t(`dissect.properties.${property}`)}
        <span className="for-readers"> {numbers.join(', ')}</span>
      </Text>
    </Tooltip>
  );
}

interface IntervalProps {
  readonly weight: PropertyWeight;
  readonly place: (weight: number) => number;
  readonly y: number;
  readonly color: string;
}

function Interval({ weight: { mean, q05, q25, q75, q95 }, place, y, color }: IntervalProps) {
  const x = (value: number) => `${place(value)}%`;
  return (
    <g stroke={color} strokeLinecap="round">
      <line x1={x(q05)} x2={x(q95)} y1={y} y2={y} strokeWidth="1.5" />
      <line x1={x(q25)} x2={x(q75)} y1={y} y2={y} strokeWidth="5" opacity="0.55" />
      <circle cx={x(mean)} cy={y} r="4" fill={color} stroke="none" />
    </g>
  );
}
