import { explainProbability, namesOf } from '@attune/preferences';
import type { DissectProperty, ExplainedPage, ExplainedSample } from '../../shared/dissect.ts';
import type { Language } from '../../shared/projects.ts';
import { notFound } from '../refusal.ts';
import type { Fitted } from './fits.ts';
import { propertiesOf } from './properties.ts';
import type { Study } from './study.ts';

const PAGE = 10;

/** A group of a study with its fits. */
export interface FittedGroup {
  readonly study: Study;
  readonly places: readonly number[];
  readonly fitted: Fitted;
  readonly language: Language;
}

/** A judge's comparisons in a group, each with the shares of its properties in what its weights foretell. */
export function explainedPage(
  { study, places, fitted, language }: FittedGroup,
  { judge, order, offset }: { judge: string; order: 'surprising' | 'imported'; offset: number },
): ExplainedPage {
  const found = study.judges.find(({ id }) => id === judge);
  const fit = fitted.judges.find((one) => one.judge === judge);
  if (!found || !fit) throw notFound('judge', judge);
  const names = namesOf(propertiesOf(study, language));
  const weights = names.map((name) => fit.weights.find(({ property }) => property === name)?.mean ?? 0);
  const samples = places.flatMap((place, i) => {
    const label = found.said[place];
    if (label === undefined || fit.needs !== null) return [];
    const features = fitted.features[i]!;
    const lead = features.reduce((sum, x, j) => sum + x * weights[j]!, 0);
    return [{ place, label, features, surprise: label === 'A' ? -lead : lead }];
  });
  if (order === 'surprising') samples.sort((one, other) => other.surprise - one.surprise);
  const page = samples.slice(offset, offset + PAGE);
  return {
    total: samples.length,
    samples: page.map(({ place, label, features }): ExplainedSample => {
      const { values, prediction } = explainProbability(features, weights);
      const shares = names.map((name, j) => ({
        property: name as DissectProperty,
        share: values[j]!,
        favours: features[j]! > 0 ? ('a' as const) : ('b' as const),
        has: features[j] !== 0,
      }));
      const [a, b] = study.texts[place]!;
      return {
        itemId: study.ids[place]!,
        prompt: study.prompts[place]!.map(({ content }) => content).join('\n\n'),
        ...{ a, b, label: label === 'A' ? 'a' : 'b', probability: prediction },
        shares: shares
          .filter(({ has }) => has)
          .sort((one, other) => Math.abs(other.share) - Math.abs(one.share))
          .map(({ has: _, ...share }) => share),
      };
    }),
  };
}
