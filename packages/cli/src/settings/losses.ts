/** One member of the loss family of `attune train dpo`. */
export interface LossFacts {
  readonly paper: string;
  /** In the notation of `notation` below. */
  readonly formula: string;
  /** The settings it reads, `loss_type` and `loss_weights` apart. A setting that no chosen loss reads is an error. */
  readonly reads: readonly string[];
}

/** How the formulas below are to be read. */
export const notation = [
  'a = log π(chosen) − log πref(chosen)      c = log π(rejected) − log πref(rejected)      d = a − c',
  'σ logistic function, β beta, ε label_smoothing, |w| and |l| tokens of the chosen and the rejected response',
];

const divergence = ['f_divergence_type', 'f_alpha_divergence_coef'];
const cached = 'precompute_ref_log_probs';

/** The loss family: formula, paper and the settings each reads. TRL's names. */
export const losses = {
  sigmoid: {
    paper: 'DPO: Rafailov et al. 2023 (arXiv:2305.18290), eq. 7; ε > 0 is cDPO: Mitchell 2023, eq. 3',
    formula: '−(1−ε)·log σ(βd) − ε·log σ(−βd)',
    reads: ['beta', 'label_smoothing', cached, ...divergence],
  },
  hinge: {
    paper: 'SLiC: Zhao et al. 2023 (arXiv:2305.10425); RSO: Liu et al. 2024 (arXiv:2309.06657)',
    formula: 'max(0, 1 − βd)',
    reads: ['beta', cached, ...divergence],
  },
  ipo: {
    paper: 'IPO: Azar et al. 2023 (arXiv:2310.12036), eq. 17, with log-probabilities averaged over tokens',
    formula: '(a/|w| − c/|l| − 1/(2β))²',
    reads: ['beta', cached, ...divergence],
  },
  robust: {
    paper: 'Robust DPO: Chowdhury et al. 2024 (arXiv:2403.00409)',
    formula: '(−(1−ε)·log σ(βd) + ε·log σ(−βd)) / (1−2ε)',
    reads: ['beta', 'label_smoothing', cached, ...divergence],
  },
  exo_pair: {
    paper: 'EXO: Ji et al. 2024 (arXiv:2402.00856), eq. 16; ε must be above 0',
    formula: 'σ(βd)·(log σ(βd) − log(1−ε)) + σ(−βd)·(log σ(−βd) − log ε)',
    reads: ['beta', 'label_smoothing', cached, ...divergence],
  },
  nca_pair: {
    paper: 'NCA: Chen et al. 2024 (arXiv:2402.05369)',
    formula: '−log σ(βa) − ½·log σ(−βa) − ½·log σ(−βc)',
    reads: ['beta', cached, ...divergence],
  },
  bco_pair: {
    paper: 'BCO: Jung et al. 2024 (arXiv:2404.04656), without the running shift δ',
    formula: '−log σ(βa) − log σ(−βc)',
    reads: ['beta', cached, ...divergence],
  },
  sppo_hard: {
    paper: 'SPPO: Wu et al. 2024 (arXiv:2405.00675), eq. 4.7 with hard labels',
    formula: '(a − ½/β)² + (c + ½/β)²',
    reads: ['beta', cached, ...divergence],
  },
  aot: {
    paper: 'AOT: Melnyk et al. 2024 (arXiv:2406.05882), paired',
    formula: 'as sigmoid, with d between the sorted log-ratios of the policy and of the reference over the batch',
    reads: ['beta', 'label_smoothing', cached],
  },
  aot_unpaired: {
    paper: 'AOT: Melnyk et al. 2024 (arXiv:2406.05882), unpaired',
    formula: 'as sigmoid, with d between the sorted a and the sorted c of the batch',
    reads: ['beta', 'label_smoothing', cached],
  },
  apo_zero: {
    paper: 'APO: D’Oosterlinck et al. 2024 (arXiv:2408.06266), eq. 7',
    formula: '1 − σ(βa) + σ(βc)',
    reads: ['beta', cached],
  },
  apo_down: {
    paper: 'APO: D’Oosterlinck et al. 2024 (arXiv:2408.06266), eq. 8',
    formula: 'σ(βa) + 1 − σ(βd)',
    reads: ['beta', cached],
  },
  discopop: {
    paper: 'DiscoPOP: Lu et al. 2024 (arXiv:2406.08414), eq. 5',
    formula: '−(1−m)·log σ(βd) + m·exp(−βd), m = σ(βd/τ), τ discopop_tau',
    reads: ['beta', 'discopop_tau', cached, ...divergence],
  },
  sigmoid_norm: {
    paper: 'Length-normalised DPO: Lambert et al. 2024 (Tülu 3, arXiv:2411.15124)',
    formula: '−log σ(β(a/|w| − c/|l|))',
    reads: ['beta', cached, ...divergence],
  },
  sft: {
    paper: 'The chosen responses’ cross-entropy: RPO, Pang et al. 2024 (arXiv:2404.19733)',
    formula: '−mean over the batch’s chosen tokens of log π(token)',
    reads: [],
  },
  simpo: {
    paper: 'SimPO: Meng et al. 2024 (arXiv:2405.14734); no reference',
    formula: '−log σ(β·(log π(chosen)/|w| − log π(rejected)/|l|) − γ), γ simpo_gamma',
    reads: ['beta', 'simpo_gamma'],
  },
  cpo: {
    paper: 'CPO: Xu et al. 2024 (arXiv:2401.08417); no reference',
    formula: '−log σ(β·(log π(chosen) − log π(rejected))) − α·mean log π(chosen token), α cpo_alpha',
    reads: ['beta', 'cpo_alpha'],
  },
  orpo: {
    paper: 'ORPO: Hong et al. 2024 (arXiv:2403.07691), eq. 4 and 7; no reference',
    formula: '−mean log π(chosen token) − β·log σ(log-odds(chosen) − log-odds(rejected))',
    reads: ['beta'],
  },
  kto: {
    paper: 'KTO: Ethayarajh et al. 2024 (arXiv:2402.01306)',
    formula: 'λd·(1 − σ(βa − z)), λu·(1 − σ(z − βc)), z = β·KL(π‖πref) ≥ 0, λ desirable_weight, undesirable_weight',
    reads: ['beta', 'desirable_weight', 'undesirable_weight', cached],
  },
} as const satisfies Record<string, LossFacts>;

export type LossName = keyof typeof losses;
export const lossNames = Object.keys(losses) as [LossName, ...LossName[]];

/** Settings that only some losses read. */
export const lossSettings: ReadonlySet<string> = new Set(Object.values(losses).flatMap((loss) => loss.reads));
