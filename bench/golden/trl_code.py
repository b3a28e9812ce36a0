"""TRL's own loss code, run on given log-probabilities: a trainer without its model, and a model that only answers."""

from collections import defaultdict
from types import SimpleNamespace

import torch
from trl import DPOTrainer, KTOTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer

PROMPT = 2


class Accelerator:
    device = torch.device("cpu")

    def gather(self, x):
        return x

    gather_for_metrics = gather


def layout(lengths):
    """[rows, time] completion mask of right-padded sequences behind a prompt of two tokens."""
    mask = torch.zeros(len(lengths), PROMPT + max(lengths), dtype=torch.long)
    for row, length in enumerate(lengths):
        mask[row, PROMPT : PROMPT + length] = 1
    return mask


def model_saying(log_probs, log_sum_squares=None):
    """A model whose forward pass returns these per-token numbers, [rows, time − 1]."""
    zeros = torch.zeros_like(log_probs)
    fields = dict(
        log_probs=log_probs,
        log_sum_sq_probs=zeros if log_sum_squares is None else log_sum_squares,
        entropy=zeros,
        mean_logits=zeros,
        is_top1=zeros.bool(),
    )
    return lambda **_: SimpleNamespace(**fields)


def trainer(**settings):
    base = dict(
        model=SimpleNamespace(training=True),
        accelerator=Accelerator(),
        aux_loss_enabled=False,
        precompute_ref_logps=True,
        _metrics=defaultdict(lambda: defaultdict(list)),
        _total_train_tokens=0,
        _tp_size=1,
    )
    return SimpleNamespace(**{**base, **settings})


def dpo(loss_types, log_probs, lengths, ref_chosen, ref_rejected, s, weights=None, log_sum_squares=None, ld_alpha=None):
    """DPOTrainer's loss: a mean over pairs. `log_probs` [chosen then rejected, time − 1]."""
    mask = layout(lengths)
    fake = trainer(
        loss_types=loss_types,
        loss_weights=weights or [1.0] * len(loss_types),
        beta=s["beta"],
        label_smoothing=s.get("labelSmoothing", 0.0),
        ld_alpha=ld_alpha,
        f_divergence_type=s.get("fDivergence", "reverse_kl"),
        f_alpha_divergence_coef=s.get("alpha", 0.5),
        use_weighting=log_sum_squares is not None,
        args=SimpleNamespace(discopop_tau=s.get("tau", 0.05)),
    )
    inputs = {
        "input_ids": mask.clone(),
        "attention_mask": torch.ones_like(mask),
        "completion_mask": mask,
        "ref_chosen_logps": ref_chosen,
        "ref_rejected_logps": ref_rejected,
    }
    return DPOTrainer._compute_loss(fake, model_saying(log_probs, log_sum_squares), inputs, return_outputs=False)


def spread(logps, lengths):
    """Per-token log-probabilities, [rows, time − 1], whose sums are `logps`: an equal share for each token."""
    mask = layout(lengths.tolist())[:, 1:]
    return mask * (logps / lengths)[:, None]


def pairwise(name, p, s):
    """The mean loss of a batch by TRL's code, or None where TRL has no such loss."""
    if name in ("cdpo", "ipo_summed", "simpo", "cpo_sigmoid", "cpo_hinge"):
        kind = {"cdpo": "sigmoid", "ipo_summed": "ipo", "simpo": "simpo", "cpo_hinge": "hinge"}.get(name, "sigmoid")
        inputs = {"cdpo": (p.a, p.c), "ipo_summed": (p.a, p.c), "simpo": (p.pc / p.nc, p.pr / p.nr)}
        fake = trainer(
            alpha=0.0,
            beta=s["beta"],
            loss_type=kind,
            label_smoothing=s.get("labelSmoothing", 0.0),
            simpo_gamma=s.get("gamma", 0.0),
        )
        return CPOTrainer.cpo_loss(fake, *inputs.get(name, (p.pc, p.pr)))[0].mean()
    if name == "orpo":
        fake = trainer(beta=s["beta"])
        return -ORPOTrainer.odds_ratio_loss(fake, p.pc / p.nc, p.pr / p.nr)[0].mean()
    lengths = torch.cat([p.nc, p.nr]).long()
    log_probs = spread(torch.cat([p.pc, p.pr]), lengths)
    return dpo([name], log_probs, lengths.tolist(), p.rc, p.rr, s)


def kto(policy, reference, desirable, kl_policy, kl_reference, s):
    """KTOTrainer's loss: a mean over responses."""
    one = torch.ones(len(policy), dtype=torch.long)
    mask = layout(one.tolist())
    use_kl = s.get("kl", True)
    fake = trainer(
        beta=s["beta"],
        loss_type="kto" if use_kl else "apo_zero_unpaired",
        calculate_KL=use_kl,
        desirable_weight=s["desirableWeight"],
        undesirable_weight=s["undesirableWeight"],
        _compute_kl_logps=lambda model, batch: kl_policy,
    )
    inputs = {
        "input_ids": mask.clone(),
        "attention_mask": torch.ones_like(mask),
        "completion_mask": mask,
        "label": desirable,
        "ref_logps": reference,
        "ref_KL_logps": kl_reference,
    }
    return KTOTrainer._compute_loss(fake, model_saying(spread(policy, one)), inputs, return_outputs=False)
