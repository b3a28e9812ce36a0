import { Box, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './IntervalPlot.module.css';

/** One line of a plot: an estimate and its interval, or nothing where there is too little to go by. */
export interface IntervalRow {
  readonly label: string;
  readonly hint?: string;
  readonly value: { readonly at: number; readonly interval: readonly [number, number] } | null;
}

interface Props {
  rows: readonly IntervalRow[];
  /** What the axis measures. */
  unit: string;
  from: number;
  to: number;
  ticks: readonly number[];
  /** Where nothing would be found: drawn as a line through all rows. */
  reference?: number;
  show: (value: number) => string;
}

/** Estimates with their intervals, one below the other over a common axis. */
export function IntervalPlot({ rows, unit, from, to, ticks, reference, show }: Props) {
  const { t } = useTranslation();
  const x = (value: number) => `${(100 * (Math.min(Math.max(value, from), to) - from)) / (to - from)}%`;
  return (
    <div className={classes.plot}>
      {rows.map(({ label, hint, value }) => (
        <div key={label} className={classes.row}>
          <Box className={classes.label}>
            <Text size="sm" fw={500}>
              {label}
            </Text>
            {hint && (
              <Text size="xs" c="dimmed">
                {hint}
              </Text>
            )}
          </Box>
          <svg className={classes.line} aria-hidden="true">
            <line x1="0" x2="100%" y1="50%" y2="50%" className={classes.axis} />
            {reference !== undefined && (
              <line x1={x(reference)} x2={x(reference)} y1="0" y2="100%" className={classes.reference} />
            )}
            {value && (
              <>
                <line
                  x1={x(value.interval[0])}
                  x2={x(value.interval[1])}
                  y1="50%"
                  y2="50%"
                  className={classes.interval}
                />
                <circle cx={x(value.at)} cy="50%" r="5" className={classes.point} />
              </>
            )}
          </svg>
          <Box className={classes.value}>
            {value ? (
              <>
                <Text size="sm" fw={600}>
                  {show(value.at)}
                </Text>
                <Text size="xs" c="dimmed">
                  {show(value.interval[0])} – {show(value.interval[1])}
                </Text>
              </>
            ) : (
              <Text size="xs" c="dimmed">
                {t('quality.tooFew')}
              </Text>
            )}
          </Box>
        </div>
      ))}
      <div className={classes.row} aria-hidden>
        <Text className={classes.unit}>{unit}</Text>
        <div className={classes.ticks}>
          {ticks.map((tick) => (
            <span key={tick} style={{ left: x(tick) }}>
              {show(tick)}
            </span>
          ))}
        </div>
        <span />
      </div>
    </div>
  );
}
