export * from './create.ts';
export * from './dims.ts';
export { type DType, bytesOf } from './dtype.ts';
export * from './errors.ts';
export { Generator } from './random.ts';
export * from './run.ts';
export { type Operand, Tensor } from './Tensor.ts';
export { liveTensors, noGrad, tidy } from './tidy.ts';
