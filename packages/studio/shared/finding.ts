/** How much it matters: something is broken, may go wrong, is worth knowing, or goes well. */
export type Weight = 'problem' | 'warning' | 'note' | 'good';

/** One thing that the numbers say. */
export interface Finding {
  readonly code: FindingCode;
  readonly weight: Weight;
  /** Numbers that the sentence names. */
  readonly values: Readonly<Record<string, number>>;
}

export type FindingCode =
  | 'lossNotFinite'
  | 'lossRises'
  | 'accuracyAtChance'
  | 'nothingLearned'
  | 'chosenFallsFar'
  | 'chosenFalls'
  | 'overfits'
  | 'klExplodes'
  | 'lengthHack'
  | 'lengthGrows'
  | 'lengthShrinks'
  | 'forgetsToStop'
  | 'cutOff'
  | 'scoresAlike'
  | 'scoreFalls'
  | 'scoreRises'
  | 'entropyCollapses'
  | 'stepsTooLarge'
  | 'criticLags'
  | 'ownLabelsWrong'
  | 'agreementFalls'
  | 'ownLabelsRight'
  | 'ownLabelsUnsure'
  | 'labelsLikeLength'
  | 'roundsGrow'
  | 'roundsCutOff'
  | 'responsesAlike'
  | 'tooEarly'
  | 'noTrend'
  | 'learns';
