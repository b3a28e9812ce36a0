import type { Command } from 'commander';
import { group } from '../command.ts';
import { agreementCommand } from './data/agreement.ts';
import { balanceCommand } from './data/balance.ts';
import { checkCommand } from './data/check.ts';
import { convertCommand } from './data/convert.ts';
import { dedupeCommand } from './data/dedupe.ts';
import { mtBenchDataCommand } from './data/mtBench.ts';
import { qualityCommand } from './data/quality.ts';
import { splitCommand } from './data/split.ts';
import { statsCommand } from './data/stats.ts';

/** `attune data …`: what there is to know and do about preference data before training. */
export const dataCommand = (): Command =>
  group('data', 'Everything about preference data before training', 'attune data stats pairs.jsonl', [
    statsCommand(),
    checkCommand(),
    qualityCommand(),
    dedupeCommand(),
    balanceCommand(),
    splitCommand(),
    convertCommand(),
    agreementCommand(),
    mtBenchDataCommand(),
  ]);
