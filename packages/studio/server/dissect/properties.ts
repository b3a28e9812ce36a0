import { PropertySet } from '@attune/preferences';
import type { DissectProperty } from '../../shared/dissect.ts';
import type { Language } from '../../shared/projects.ts';

type Property = PropertySet['properties'][number];

/** From which difference on a response has more of a property: one that a reader would see. */
const byText = (name: DissectProperty, fn: string, least?: number) =>
  ({ from: 'text', name, about: name, function: fn, compare: 'sign', ...(least && { least }) }) as const;

/** Chinese has no spaces between words, so there it is characters that are counted. */
const length: Record<Language, object> = {
  en: { ...byText('length', 'words'), compare: 'clearly-longer' },
  zh: byText('length', 'characters', 30),
};

/** Properties that need nobody to annotate them. */
export const computedProperties = (language: Language): PropertySet =>
  PropertySet.parse({
    name: 'computed',
    properties: [
      length[language],
      byText('lists', 'listItems'),
      byText('markdown', 'markdown'),
      byText('questions', 'questions'),
      byText('refusal', 'refusal'),
      byText('exclamation', 'shouting', 0.05),
      byText('repetition', 'repetition', 0.02),
      byText('complete', 'complete'),
      byText('quotation', 'dialogue'),
      byText('feelings', 'feelings'),
    ] as Property[],
  });
