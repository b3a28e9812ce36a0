import type { Command } from 'commander';
import { group } from '../command.ts';
import { annotateCommand } from './dissect/annotate.ts';
import { explainCommand } from './dissect/explain.ts';
import { explainWinrateCommand } from './dissect/explainWinrate.ts';
import { fitCommand } from './dissect/fit.ts';
import { injectCommand } from './dissect/inject.ts';
import { labelsCommand } from './dissect/labels.ts';
import { reportCommand } from './dissect/report.ts';
import { similarityCommand } from './dissect/similarity.ts';
import { steerCommand } from './dissect/steer.ts';
import { weightsCommand } from './dissect/weights.ts';

/** `attune dissect …`: what people and models prefer, property by property. One file per command. */
export const dissectCommand = (): Command =>
  group(
    'dissect',
    'What people and models prefer, property by property',
    'attune dissect annotate --data samples.jsonl --judge http://localhost:8000/v1 --judge-model qwen --out resolved.jsonl',
    [
      annotateCommand(),
      labelsCommand(),
      fitCommand(),
      weightsCommand(),
      similarityCommand(),
      explainCommand(),
      explainWinrateCommand(),
      steerCommand(),
      injectCommand(),
      reportCommand(),
    ],
  );
