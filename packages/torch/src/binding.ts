import { loadBinding } from './load.ts';

/** A tensor on the native side: its place in this thread's table. 0 stands for "no tensor". */
export type Handle = number & { readonly __tensor: true };

/** A source of random numbers on the native side. */
export type RandomHandle = number & { readonly __generator: true };

/** What crosses as an operator's argument; a handle where the schema says Tensor, a dtype's code where it says ScalarType. */
export type NativeArgument =
  | number
  | boolean
  | string
  | null
  | undefined
  | readonly (number | boolean | null | undefined)[];

/** Everything that crosses into C++. What can be written in TypeScript stands above this line. */
export interface Binding {
  version(): string;
  threads(count?: number): number;
  devices(kind: string): number;

  fromBuffer(data: ArrayBufferView, shape: readonly number[], dtype: number): Handle; // copies
  toBuffer(tensor: Handle): ArrayBuffer; //                                             copies
  item(tensor: Handle): number | boolean;
  mapFile(path: string): Handle; // uint8 [bytes], paged in as touched
  shape(tensor: Handle): number[];
  dtype(tensor: Handle): number;
  device(tensor: Handle): string;
  release(tensors: Handle | 0 | Uint32Array): void; // drops these handles' references, 0 is none; the autograd graph keeps its own
  liveTensors(): number; //         handles not yet released

  operator(name: string, overload: string): number; // -1 where this libtorch has none of that name
  schema(name: string, overload: string): string | undefined;
  call(
    operator: number,
    ...args: readonly NativeArgument[]
  ): Handle | number | boolean | (Handle | Handle[] | number)[] | undefined;

  backward(outputs: readonly Handle[], gradients: readonly (Handle | 0)[]): void;
  grad(leaf: Handle): Handle | 0;
  setGrad(leaf: Handle, gradient: Handle | 0): void;
  requiresGrad(tensor: Handle): boolean;
  setRequiresGrad(tensor: Handle, on: number): void;
  gradMode(on?: number): boolean;

  generator(device: string, seed: number): RandomHandle;
  generatorState(generator: RandomHandle): Handle;
  setGeneratorState(generator: RandomHandle, state: Handle): void;
}

let loaded: Binding | undefined;

/** The addon, loaded at first use: what needs no libtorch runs without it. */
export const native = (): Binding => (loaded ??= loadBinding());
