// The seam between JavaScript and libtorch. What can be written in TypeScript does not stand here.
#pragma once

#include <ATen/ATen.h>
#include <node_api.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace attune {

using Handle = uint32_t;  // a tensor's place in the table; 0 stands for "no tensor"

// Each JavaScript thread (main or worker) has its own table: handles never cross threads.
Handle keep(at::Tensor tensor);
at::Tensor& at_handle(Handle handle);  // throws when the handle was freed
at::Generator& generator_at(Handle handle);

// A wrong argument from JavaScript, told in one sentence.
struct ArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Call;
using Function = napi_value (*)(Call&);

// Arguments of one call from JavaScript, with conversions that throw ArgumentError.
struct Call {
  static constexpr size_t kMost = 24;  // the longest ATen schema in use has 18 arguments
  napi_env env;
  napi_value args[kMost];
  size_t count = kMost;

  Function function = nullptr;  // what expose() registered

  Call(napi_env env, napi_callback_info info);
  napi_valuetype type(size_t i) const;
  Handle handle(size_t i) const;
  at::Tensor& tensor(size_t i) const { return at_handle(handle(i)); }
  double number(size_t i) const;
  int64_t integer(size_t i) const;
  std::string text(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;
  std::vector<at::Tensor> tensors(size_t i) const;
};

bool is_array(napi_env env, napi_value value);
uint32_t length_of(napi_env env, napi_value array);
napi_value element(napi_env env, napi_value array, uint32_t i);
std::string text_of(napi_env env, napi_value value);

napi_value js(napi_env env, double value);
napi_value js(napi_env env, Handle value);
napi_value js(napi_env env, bool value);
napi_value js(napi_env env, const std::string& value);
napi_value js(napi_env env, const std::vector<int64_t>& values);
napi_value js_handles(napi_env env, const std::vector<at::Tensor>& tensors);

// Registers `function` under `name`; whatever it throws arrives in JavaScript as an Error with libtorch's own words.
void expose(napi_env env, napi_value exports, const char* name, Function function);

void expose_table(napi_env env, napi_value exports);
void expose_dispatch(napi_env env, napi_value exports);
void expose_autograd(napi_env env, napi_value exports);

}  // namespace attune
