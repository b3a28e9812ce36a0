import type { Command } from 'commander';
import { group } from '../command.ts';
import { annotateCommand } from './dissect/annotate.ts';

/** `attune dissect …`: what people and models prefer, property by property. One file per command. */
export const dissectCommand = (): Command =>
  group(
    'dissect',
    'What people and models prefer, property by property',
    'attune dissect annotate --data samples.jsonl --judge http://localhost:8000/v1 --judge-model qwen --out resolved.jsonl',
    [annotateCommand()],
  );
