import { boat } from './boat.ts';
import { duckling } from './duckling.ts';
import { fear } from './fear.ts';
import { found } from './found.ts';
import { gift } from './gift.ts';
import { jar } from './jar.ts';
import { lost } from './lost.ts';
import { mistake } from './mistake.ts';
import { newcomer } from './newcomer.ts';
import { night } from './night.ts';
import { race } from './race.ts';
import { secret } from './secret.ts';
import { seed } from './seed.ts';
import { sharing } from './sharing.ts';
import { skill } from './skill.ts';
import { snow } from './snow.ts';
import { song } from './song.ts';
import { storm } from './storm.ts';

// biome-ignore format: a list of names
export const plots = [
  boat, duckling, fear, found, gift, jar, lost, mistake, newcomer,
  night, race, secret, seed, sharing, skill, snow, song, storm,
];
