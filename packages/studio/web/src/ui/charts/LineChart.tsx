import 'uplot/dist/uPlot.min.css';
import { Box, Group, Paper, Text, Title, useComputedColorScheme } from '@mantine/core';
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import type { Curve } from './curve.ts';
import classes from './LineChart.module.css';
import { inkOf, shades } from './shades.ts';
import { shortNumber } from './shortNumber.ts';

const HEIGHT = 220;

/** Curves over steps. All charts of a page move one cursor; the last values stand beside the names, for readers too. */
export function LineChart({ title, unit, curves }: { title: string; unit?: string; curves: readonly Curve[] }) {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const heading = useId();
  const data = joined(curves);
  const labels = curves.map(({ label }) => label).join('\n');

  useEffect(() => {
    const element = place.current!;
    const options = optionsOf(labels.split('\n'), { scheme, width: element.clientWidth, language: i18n.language });
    const made = new uPlot(options, data, element);
    plot.current = made;
    const watching = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watching.observe(element);
    return () => {
      watching.disconnect();
      made.destroy();
    };
  }, [labels, scheme, i18n.language]);

  useEffect(() => plot.current?.setData(data), [data]);

  return (
    <Paper component="figure" withBorder p="md" m={0} aria-labelledby={heading}>
      <Group justify="space-between" align="baseline" wrap="nowrap">
        <Title order={3} size="h6" id={heading}>
          {title}
        </Title>
        {unit && (
          <Text size="xs" c="dimmed">
            {unit}
          </Text>
        )}
      </Group>
      <Group gap="md" mt={4} mb={8} mih={20}>
        {curves.map(({ label, y }, i) => (
          <Group key={label} gap={6} wrap="nowrap">
            <Box className={classes.key!} style={{ background: shades[scheme][i % shades.light.length] }} />
            <Text size="xs">
              {label} <b className={classes.value}>{shortNumber(lastOf(y), i18n.language)}</b>
            </Text>
          </Group>
        ))}
      </Group>
      <div ref={place} className={classes.plot} aria-hidden />
    </Paper>
  );
}

const lastOf = (values: readonly (number | null)[]): number => values.findLast((value) => value !== null) ?? Number.NaN;

/** All curves over the steps of all of them. */
function joined(curves: readonly Curve[]): uPlot.AlignedData {
  if (curves.length === 0) return [[]];
  return uPlot.join(curves.map(({ x, y }) => [[...x], [...y]] as uPlot.AlignedData));
}

interface Look {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly language: string;
}

function optionsOf(labels: readonly string[], { scheme, width, language }: Look): uPlot.Options {
  const { text, grid } = inkOf(scheme);
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: '11px system-ui' };
  const name = (_: uPlot, values: number[]) => values.map((value) => shortNumber(value, language));
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: { sync: { key: 'steps' }, points: { size: 6 } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, values: name, space: 70, size: 30 },
      { ...axis, values: name, size: 54 },
    ],
    series: [
      {},
      ...labels.map((label, i) => ({
        label,
        stroke: shades[scheme][i % shades.light.length]!,
        width: 1.75,
        spanGaps: true,
        points: {
          show: (u: uPlot, s: number) => [...u.data[s]!].filter((value) => value != null).length < 25,
          size: 5,
        },
      })),
    ],
  };
}
