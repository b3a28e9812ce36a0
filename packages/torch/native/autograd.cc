// Gradients: whether they are recorded, running them, reading them.
#include "native.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/grad_mode.h>

namespace attune {

// gradMode(): whether operators are recorded on this thread; gradMode(on): sets it and gives what it was.
static napi_value grad_mode(Call& call) {
  const bool was = at::GradMode::is_enabled();
  if (call.count > 0) at::GradMode::set_enabled(call.number(0) != 0);
  return js(call.env, was);
}

// backward(outputs, gradients): adds to the leaves' gradients; an output with gradient 0 (none) must be a scalar.
static napi_value backward(Call& call) {
  torch::autograd::backward(call.tensors(0), call.tensors(1));
  return nullptr;
}

// grad(handle): the gradient that gathered in a leaf, or 0; setGrad(handle, gradient or 0) replaces it.
static napi_value grad(Call& call) { return js(call.env, keep(call.tensor(0).grad())); }

static napi_value set_grad(Call& call) {
  const Handle gradient = call.handle(1);
  call.tensor(0).mutable_grad() = gradient == 0 ? at::Tensor() : at_handle(gradient);
  return nullptr;
}

static napi_value requires_grad(Call& call) { return js(call.env, call.tensor(0).requires_grad()); }

static napi_value set_requires_grad(Call& call) {
  call.tensor(0).set_requires_grad(call.number(1) != 0);
  return nullptr;
}

void expose_autograd(napi_env env, napi_value exports) {
  expose(env, exports, "gradMode", grad_mode);
  expose(env, exports, "backward", backward);
  expose(env, exports, "grad", grad);
  expose(env, exports, "setGrad", set_grad);
  expose(env, exports, "requiresGrad", requires_grad);
  expose(env, exports, "setRequiresGrad", set_requires_grad);
}

}  // namespace attune
