import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, engine, matmulSpeed, NativeLoadError } from '@attune/torch';
import type { Command } from 'commander';
import { command, run } from '../command.ts';
import { counted, formatBytes, formatNumber } from '../terminal/format.ts';

const root = join(import.meta.dirname, '../../../..');

/** Speed of a device in matrix products, GFLOP/s (operations of 10⁹ per second). */
interface Device {
  readonly name: string;
  readonly float32: number;
  readonly bfloat16: number;
}

/** All that `attune doctor` finds out, and what it advises. With `--json` it is printed as it stands. */
interface Findings {
  readonly attune: string;
  readonly node: string;
  readonly npm?: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** The libtorch in use; without it `problem` says why. */
  readonly engine?: Omit<Engine, 'devices'> & { readonly devices: readonly Device[] };
  readonly problem?: string;
  /** Installed versions of the npm packages that ours use. */
  readonly packages: Record<string, string>;
  readonly advice: readonly string[];
}

/** `attune doctor`: what is in use, how fast it is, and what to do about what is missing. */
export const doctorCommand = (): Command =>
  command(
    'doctor',
    'What engine, threads, precision and devices are in use, and what to do about what is missing',
    'attune doctor',
  ).action(
    run(async ({ result }) => {
      const findings = await examine();
      result(findings, describe(findings));
    }),
  );

async function examine(): Promise<Findings> {
  const found = examineEngine();
  return {
    attune: manifest('packages/cli').version,
    node: process.versions.node,
    npm: await npmVersion(),
    platform: `${process.platform}-${process.arch}`,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    ...found,
    packages: installedPackages(),
    advice: [...givenUp(), ...(found.engine ? adviceOn(found.engine) : [])],
  };
}

function examineEngine(): Pick<Findings, 'engine' | 'problem'> {
  try {
    const { devices, ...rest } = engine();
    return { engine: { ...rest, devices: devices.map(measure) } };
  } catch (error) {
    if (error instanceof NativeLoadError) return { problem: error.message };
    throw error;
  }
}

function measure(name: string): Device {
  const size = name === 'cpu' ? 512 : 4096; // as much as keeps each busy
  return { name, float32: matmulSpeed(name, 'float32', { size }), bfloat16: matmulSpeed(name, 'bfloat16', { size }) };
}

/** What set-up could not have and will not try again by itself: one line each. */
function givenUp(): string[] {
  const folder = join(root, '.attune/gave-up');
  return existsSync(folder) ? readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8').trim()) : [];
}

function adviceOn({ threads, libtorch, devices }: NonNullable<Findings['engine']>): string[] {
  const [cpu, ...accelerators] = devices as [Device, ...Device[]];
  const advice = [];
  // A core of the last ten years reaches 30 and more with a good BLAS, and about 2 with the reference one.
  if (cpu.float32 / threads < 8) {
    advice.push(
      'Matrix products are slow. If nothing else is running, libtorch has the reference BLAS: apt install libopenblas0-openmp.',
    );
  }
  if (cpu.bfloat16 < cpu.float32 && accelerators.length === 0) {
    advice.push('This processor has no bfloat16 arithmetic worth using: train in float32.');
  }
  if (accelerators.length === 0 && existsSync('/proc/driver/nvidia/version')) {
    advice.push(
      `There is an NVIDIA driver, but the libtorch in ${libtorch} sees no GPU: pip install torch, then make setup.`,
    );
  }
  return advice;
}

const npmVersion = async (): Promise<string | undefined> => {
  try {
    return (await promisify(execFile)('npm', ['--version'])).stdout.trim();
  } catch {
    return undefined; // nothing here needs npm once the packages are in place
  }
};

const manifest = (folder: string): { version: string; dependencies?: Record<string, string> } =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

function installedPackages(): Record<string, string> {
  const ours = readdirSync(join(root, 'packages')).map((name) => manifest(join('packages', name)));
  const used = new Set(ours.flatMap(({ dependencies = {} }) => Object.keys(dependencies)));
  const others = [...used].filter((name) => !name.startsWith('@attune/')).sort();
  return Object.fromEntries(
    others.map((name) => {
      const folder = join('node_modules', name);
      return [name, existsSync(join(root, folder, 'package.json')) ? manifest(folder).version : 'missing'];
    }),
  );
}

function describe({ engine, problem, packages, advice, ...machine }: Findings): string {
  const lines = [
    `Attune     ${machine.attune} on Node ${machine.node}, npm ${machine.npm ?? 'none'}`,
    `Machine    ${machine.platform}, ${counted(machine.cores, 'core')}, ${formatBytes(machine.memoryBytes)} of memory`,
    engine
      ? `Engine     libtorch ${engine.version} in ${engine.libtorch}, ${counted(engine.threads, 'thread')}`
      : 'Engine     none (see below)',
    ...(engine?.devices ?? []).map(
      ({ name, float32, bfloat16 }) =>
        `${name.padEnd(10)} ${formatNumber(float32, 3)} GFLOP/s in float32, ${formatNumber(bfloat16, 3)} in bfloat16 (matrix products)`,
    ),
    `Packages   ${Object.entries(packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    ...(problem ? ['', problem] : []),
    ...(advice.length > 0 ? ['', ...advice.map((line) => `→ ${line}`)] : []),
  ];
  return lines.join('\n');
}
