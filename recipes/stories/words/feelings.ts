/** What a character feels at a point of the plot, and how a story says so when it names feelings. */
export type Mood = keyof typeof feelings;

export const feelings = {
  sad: [
    '{Hero} felt [very |so |]sad.',
    '{He} was so sad that {he} could not [speak|eat|say a word].',
    'A big, sad sigh came out of {him}.',
    '{Hero} felt sad [inside|all over|down to {his} toes].',
  ],
  worried: [
    '{Hero} was worried.',
    '{He} felt worried, and {his} tummy hurt a little.',
    '{Hero} was so worried that {he} [walked up and down|could not sit still].',
    '{He} felt more and more worried.',
  ],
  afraid: [
    '{Hero} was afraid.',
    '{He} felt so scared that {his} knees shook.',
    '{Hero} felt afraid, and {his} heart went bump, bump, bump.',
    '{He} was scared, but {he} did not run away.',
  ],
  lonely: [
    '{Hero} felt lonely.',
    '{He} felt [a little|very] lonely [inside|that day].',
    '{Hero} was lonely, and the day was long.',
  ],
  sorry: [
    '{Hero} felt [very |so |]sorry.',
    '{He} felt sorry, and {his} face grew hot.',
    '{Hero} was ashamed and did not know where to look.',
  ],
  curious: [
    '{Hero} was curious.',
    '{He} felt so curious that {his} nose tickled.',
    '{He} was curious and a little bit nervous.',
    '{He} felt curious from {his} ears to {his} toes.',
  ],
  excited: [
    '{Hero} was excited.',
    '{He} was so excited that {he} could not stand still.',
    '{Hero} felt excited and a little bit nervous.',
  ],
  hopeful: [
    '{Hero} began to feel hopeful.',
    '{He} felt a little better.',
    'A small, hopeful feeling grew in {him}.',
    '{Hero} felt a little [braver|happier] now.',
  ],
  glad: [
    '{Hero} felt [happy|glad] [from head to toe|all over|inside|right down to {his} toes].',
    '{He} was so [happy|glad] that {he} [danced|began to dance|hopped|clapped {his} {paws}].',
    '{Hero} had never been so [happy|proud|glad].',
    '{He} felt proud and happy.',
    'They were both [happy|glad|proud].',
  ],
} as const satisfies Record<string, readonly string[]>;
