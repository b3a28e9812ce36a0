/** A place or a kind of weather: how it is named, and what there is to see, hear and smell. */
export interface Setting<Name extends string> {
  readonly name: Name;
  readonly words: string;
  readonly senses: readonly string[];
  /** The senses of a place do not go with this weather: no bees in the snow. */
  readonly standsAlone?: true;
}

export type SceneName = 'forest' | 'meadow' | 'pond' | 'hill' | 'village' | 'river' | 'farm' | 'garden';

export const scenes: readonly Setting<SceneName>[] = [
  {
    name: 'forest',
    words: '[in the [old|green|quiet] forest|at the edge of the forest|deep in the woods]',
    senses: [
      'The forest smelled of [moss|pine trees|mushrooms|wet wood].',
      'High in the trees, a bird [sang the same three notes|tapped on the wood|called and called].',
      'The moss was as soft as a pillow.',
      'Dry leaves [rustled|whispered] [on the path|under the trees].',
    ],
  },
  {
    name: 'meadow',
    words: '[in|beside|near] the [wide|green|quiet] meadow',
    senses: [
      'The meadow was full of [yellow|white|blue] flowers, and [it smelled of honey|the bees hummed].',
      'The tall grass [whispered|rustled] [as it moved|like the sea].',
      'A [blue|white|yellow] butterfly went by, as quiet as a thought.',
      '[Bees|Crickets] hummed in the sweet clover.',
    ],
  },
  {
    name: 'pond',
    words: '[by|beside|near] the [little|quiet|round] pond',
    senses: [
      'Plop, went a [frog|fish] in the pond.',
      'The water was as smooth as glass.',
      'The reeds [whispered|rustled] by the water.',
      'It smelled of mud and mint [by the water|around the pond].',
    ],
  },
  {
    name: 'hill',
    words: 'on [a|the] [grassy|green|round] hill',
    senses: [
      'Far below, the houses looked as small as [buttons|beans].',
      'The hill smelled of [grass|clover|wild mint].',
      'Big white clouds sailed over the hill [like ships|like sheep|without a sound].',
      'The grass was soft and tickled {his} feet.',
    ],
  },
  {
    name: 'village',
    words: 'in a [small|little|quiet] village',
    senses: [
      'The street smelled of [fresh bread|apple pie|wood smoke].',
      'A bell rang, ding, dong, over the roofs.',
      'Somewhere a door creaked, and a [pot|kettle] began to sing.',
      'The round stones of the street [shone|were smooth and cool].',
    ],
  },
  {
    name: 'river',
    words: '[by|beside|near] the [river|brook|stream]',
    senses: [
      'The water [sang|murmured|bubbled] over the [round|smooth] stones.',
      'The river smelled of [stones and rain|mud and reeds].',
      'A [silver|little] fish jumped, and the water went splash.',
      'A blue dragonfly hummed over the water.',
    ],
  },
  {
    name: 'farm',
    words: 'on a [small|quiet|sleepy] farm',
    senses: [
      'The barn smelled of [hay|warm milk|hay and apples].',
      'A [hen|goose|cow] made a sleepy sound [in the barn|behind the fence].',
      'The gate creaked [in the wind|like an old chair].',
      'The hay was dry and soft and smelled of summer.',
    ],
  },
  {
    name: 'garden',
    words: '[in|behind|beside] [an old|a wild|a little] garden',
    senses: [
      'The garden smelled of [roses|mint|ripe plums|tomatoes].',
      'A fat bee hummed from flower to flower.',
      'The ripe plums were [soft|sweet] and [purple|sticky].',
      'A snail crossed the path and left a silver line.',
    ],
  },
];

export type WeatherName = 'sunny' | 'rainy' | 'windy' | 'foggy' | 'warm' | 'cold' | 'snowy';

export const weathers: readonly Setting<WeatherName>[] = [
  {
    name: 'sunny',
    words: '[sunny|bright|golden]',
    senses: [
      'The sun lay warm on the stones.',
      'Golden light [danced|played] on the [leaves|grass|walls].',
      'The sky was as blue as a [bell|plum|jay].',
    ],
  },
  {
    name: 'rainy',
    words: '[rainy|wet|gray]',
    senses: [
      'The rain went tap, tap, tap [on the leaves|on the roof|all around].',
      'The air smelled of wet [earth|leaves|grass].',
      'The puddles were [cold|brown|as big as plates], and every step went splish.',
    ],
  },
  {
    name: 'windy',
    words: '[windy|wild|breezy]',
    senses: [
      'The wind [whistled|hummed|sang] in the [trees|grass|roofs].',
      'The wind was [cool|cold] and smelled of [rain|the sea|leaves].',
      'Leaves danced and rustled in the wind.',
    ],
  },
  {
    name: 'foggy',
    words: '[foggy|misty|still]',
    senses: [
      'Soft gray fog lay over everything like a blanket.',
      'The fog was cool and made every sound small.',
      'Drops of water hung on the [grass|leaves] like [beads|tiny lamps].',
    ],
  },
  {
    name: 'warm',
    words: '[warm|mild|soft] [spring|summer]',
    senses: [
      'The warm air smelled of [clover|flowers|honey|cut grass].',
      'A soft wind [touched|tickled] {his} [nose|ears|cheeks].',
      'Somewhere a [cricket|bird] was singing a [slow|sweet|sleepy] song.',
    ],
  },
  {
    name: 'cold',
    standsAlone: true,
    words: '[cold|chilly|cool]',
    senses: [
      'The cold air smelled of [wood smoke|apples|snow].',
      'Every breath made a [small|soft] white cloud.',
      'The ground was hard and rang under {his} feet.',
      'A thin skin of ice creaked on the puddles.',
      'The cold [bit|pinched] {his} nose and made {his} ears tingle.',
    ],
  },
  {
    name: 'snowy',
    standsAlone: true,
    words: '[snowy|white|frosty]',
    senses: [
      'The snow [creaked|crunched] under every step.',
      'Snow fell without a sound.',
      'A soft white hush lay over [everything|the land].',
      'Snowflakes melted on {his} nose, cold and sweet.',
      'The air was cold and smelled of [snow|pine trees|wood smoke].',
    ],
  },
];
