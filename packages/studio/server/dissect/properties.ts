import { PropertySet, standardProperties } from '@attune/preferences';
import type { CountedProperty } from '../../shared/dissect.ts';
import type { Language } from '../../shared/projects.ts';
import type { Study } from './study.ts';

type Property = PropertySet['properties'][number];

/** From which difference on a response has more of a property: one that a reader would see. */
const byText = (name: CountedProperty, fn: string, least?: number) =>
  ({ from: 'text', name, about: name, function: fn, compare: 'sign', ...(least && { least }) }) as const;

/** Chinese has no spaces between words, so there it is characters that are counted. */
const length: Record<Language, object> = {
  en: { ...byText('length', 'words'), compare: 'clearly-longer' },
  zh: byText('length', 'characters', 30),
};

/** Properties that need nobody to annotate them. */
const computedProperties = (language: Language): PropertySet =>
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

/** The properties of a study, in the order of its features. */
export const propertiesOf = ({ rated }: Study, language: Language): PropertySet =>
  rated ? standardProperties() : computedProperties(language);
