import { aotLoss, aotUnpairedLoss } from './aot.ts';
import { apoDownLoss, apoZeroLoss } from './apo.ts';
import { bcoPairLoss } from './bcoPair.ts';
import { cpoLoss } from './cpo.ts';
import { discopopLoss } from './discopop.ts';
import { exoPairLoss } from './exoPair.ts';
import { hingeLoss } from './hinge.ts';
import { ipoLoss } from './ipo.ts';
import { ktoPairLoss } from './kto.ts';
import { ncaPairLoss } from './ncaPair.ts';
import { orpoLoss } from './orpo.ts';
import { robustLoss } from './robust.ts';
import { sftLoss } from './sft.ts';
import { sigmoidLoss } from './sigmoid.ts';
import { sigmoidNormLoss } from './sigmoidNorm.ts';
import { simpoLoss } from './simpo.ts';
import { sppoHardLoss } from './sppoHard.ts';
import type { PairwiseLoss } from './types.ts';

/** A setting that some losses read and others do not, under TRL's name. */
export type LossSetting =
  | 'beta'
  | 'label_smoothing'
  | 'f_divergence_type'
  | 'f_alpha_divergence_coef'
  | 'discopop_tau'
  | 'simpo_gamma'
  | 'cpo_alpha'
  | 'desirable_weight'
  | 'undesirable_weight';

/** One member of the loss family: what computes it, and what people and programs need to know to choose it. */
export interface PreferenceLoss {
  readonly loss: PairwiseLoss;
  /** In the notation of `notation`. */
  readonly formula: string;
  readonly paper: string;
  /** Every setting it reads: one that no chosen loss reads has no effect. */
  readonly reads: readonly LossSetting[];
  readonly needsReference: boolean;
  /** Its value depends on which pairs stand together, so that two batches are not one batch of both. */
  readonly sortsBatch?: true;
  /** It needs `kl`, from mismatched prompts and responses of the batch: one more pass of policy and reference. */
  readonly needsKl?: true;
}

/** How the formulas are to be read. */
export const notation = [
  'a = log π(chosen) − log πref(chosen)      c = log π(rejected) − log πref(rejected)      d = a − c',
  'σ logistic function, β beta, ε label_smoothing, |w| and |l| tokens of the chosen and the rejected response',
  'f_divergence_type puts another score in the place of a and c where a loss reads it',
] as const;

const divergence = ['f_divergence_type', 'f_alpha_divergence_coef'] as const;

/** The losses on preference pairs, under TRL's names. */
export const preferenceLosses = {
  sigmoid: {
    loss: sigmoidLoss,
    formula: '−(1−ε)·log σ(βd) − ε·log σ(−βd)',
    paper: 'DPO: Rafailov et al. 2023 (arXiv:2305.18290), eq. 7; ε > 0 is cDPO: Mitchell 2023, eq. 3',
    reads: ['beta', 'label_smoothing', ...divergence],
    needsReference: true,
  },
  hinge: {
    loss: hingeLoss,
    formula: 'max(0, 1 − βd)',
    paper: 'SLiC: Zhao et al. 2023 (arXiv:2305.10425); RSO: Liu et al. 2024 (arXiv:2309.06657)',
    reads: ['beta', ...divergence],
    needsReference: true,
  },
  ipo: {
    loss: ipoLoss,
    formula: '(a/|w| − c/|l| − 1/(2β))²',
    paper: 'IPO: Azar et al. 2023 (arXiv:2310.12036), eq. 17, with log-probabilities averaged over tokens',
    reads: ['beta', ...divergence],
    needsReference: true,
  },
  robust: {
    loss: robustLoss,
    formula: '(−(1−ε)·log σ(βd) + ε·log σ(−βd)) / (1−2ε)',
    paper: 'Robust DPO: Chowdhury et al. 2024 (arXiv:2403.00409)',
    reads: ['beta', 'label_smoothing', ...divergence],
    needsReference: true,
  },
  exo_pair: {
    loss: exoPairLoss,
    formula: 'σ(βd)·(log σ(βd) − log(1−ε)) + σ(−βd)·(log σ(−βd) − log ε)',
    paper: 'EXO: Ji et al. 2024 (arXiv:2402.00856), eq. 16; ε must be above 0',
    reads: ['beta', 'label_smoothing', ...divergence],
    needsReference: true,
  },
  nca_pair: {
    loss: ncaPairLoss,
    formula: '−log σ(βa) − ½·log σ(−βa) − ½·log σ(−βc)',
    paper: 'NCA: Chen et al. 2024 (arXiv:2402.05369)',
    reads: ['beta'],
    needsReference: true,
  },
  bco_pair: {
    loss: bcoPairLoss,
    formula: '−log σ(βa) − log σ(−βc)',
    paper: 'BCO: Jung et al. 2024 (arXiv:2404.04656), without the running shift δ',
    reads: ['beta'],
    needsReference: true,
  },
  sppo_hard: {
    loss: sppoHardLoss,
    formula: '(a − ½/β)² + (c + ½/β)²',
    paper: 'SPPO: Wu et al. 2024 (arXiv:2405.00675), eq. 4.7 with hard labels',
    reads: ['beta'],
    needsReference: true,
  },
  aot: {
    loss: aotLoss,
    formula: 'as sigmoid, with d between the sorted log-ratios of the policy and of the reference over the batch',
    paper: 'AOT: Melnyk et al. 2024 (arXiv:2406.05882), paired',
    reads: ['beta', 'label_smoothing'],
    needsReference: true,
    sortsBatch: true,
  },
  aot_unpaired: {
    loss: aotUnpairedLoss,
    formula: 'as sigmoid, with d between the sorted a and the sorted c of the batch',
    paper: 'AOT: Melnyk et al. 2024 (arXiv:2406.05882), unpaired',
    reads: ['beta', 'label_smoothing'],
    needsReference: true,
    sortsBatch: true,
  },
  apo_zero: {
    loss: apoZeroLoss,
    formula: '1 − σ(βa) + σ(βc)',
    paper: 'APO: D’Oosterlinck et al. 2024 (arXiv:2408.06266), eq. 7',
    reads: ['beta'],
    needsReference: true,
  },
  apo_down: {
    loss: apoDownLoss,
    formula: 'σ(βa) + 1 − σ(βd)',
    paper: 'APO: D’Oosterlinck et al. 2024 (arXiv:2408.06266), eq. 8',
    reads: ['beta'],
    needsReference: true,
  },
  discopop: {
    loss: discopopLoss,
    formula: '−(1−m)·log σ(βd) + m·exp(−βd), m = σ(βd/τ), τ discopop_tau',
    paper: 'DiscoPOP: Lu et al. 2024 (arXiv:2406.08414), eq. 5',
    reads: ['beta', 'discopop_tau', ...divergence],
    needsReference: true,
  },
  sigmoid_norm: {
    loss: sigmoidNormLoss,
    formula: '−log σ(β(a/|w| − c/|l|))',
    paper: 'Length-normalized DPO: Lambert et al. 2024 (Tülu 3, arXiv:2411.15124)',
    reads: ['beta', ...divergence],
    needsReference: true,
  },
  sft: {
    loss: sftLoss,
    formula: '−mean over the batch’s chosen tokens of log π(token)',
    paper: 'The chosen responses’ cross-entropy: RPO, Pang et al. 2024 (arXiv:2404.19733)',
    reads: [],
    needsReference: false,
  },
  simpo: {
    loss: simpoLoss,
    formula: 'as sigmoid, with β·(log π(chosen)/|w| − log π(rejected)/|l|) − γ for βd, γ simpo_gamma',
    paper: 'SimPO: Meng et al. 2024 (arXiv:2405.14734), eq. 6; no reference',
    reads: ['beta', 'simpo_gamma', 'label_smoothing'],
    needsReference: false,
  },
  cpo: {
    loss: cpoLoss,
    formula: 'as sigmoid, with log π(chosen) − log π(rejected) for d; and α times sft, α cpo_alpha',
    paper: 'CPO: Xu et al. 2024 (arXiv:2401.08417); no reference',
    reads: ['beta', 'cpo_alpha', 'label_smoothing'],
    needsReference: false,
  },
  orpo: {
    loss: orpoLoss,
    formula: 'sft − β·log σ(logit p(chosen) − logit p(rejected)), p = exp(log π/tokens)',
    paper: 'ORPO: Hong et al. 2024 (arXiv:2403.07691), eq. 4, 6 and 7; no reference',
    reads: ['beta'],
    needsReference: false,
  },
  kto: {
    loss: ktoPairLoss,
    formula: '½·λd·σ(β(z − a)) + ½·λu·σ(β(c − z)), z = KL(π‖πref) ≥ 0, λ desirable_weight, undesirable_weight',
    paper: 'KTO: Ethayarajh et al. 2024 (arXiv:2402.01306), eq. 8',
    reads: ['beta', 'desirable_weight', 'undesirable_weight'],
    needsReference: true,
    needsKl: true,
  },
} as const satisfies Record<string, PreferenceLoss>;

/** A loss by TRL's name. */
export type LossType = keyof typeof preferenceLosses;
