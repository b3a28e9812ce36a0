// The addon's entry, and how values cross.
#include "native.h"

#include <ATen/Parallel.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

namespace attune {

Call::Call(napi_env env, napi_callback_info info) : env(env) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count, args, nullptr, &data);
  function = reinterpret_cast<Function>(data);
  if (count > kMost) throw ArgumentError("More than " + std::to_string(kMost) + " arguments.");
}

napi_valuetype Call::type(size_t i) const {
  if (i >= count) return napi_undefined;
  napi_valuetype type;
  napi_typeof(env, args[i], &type);
  return type;
}

static ArgumentError wrong(size_t i, const char* expected) {
  return ArgumentError("Argument " + std::to_string(i + 1) + " must be " + expected + ".");
}

Handle Call::handle(size_t i) const {
  uint32_t value = 0;
  if (i >= count || napi_get_value_uint32(env, args[i], &value) != napi_ok) throw wrong(i, "a tensor");
  return value;
}

double Call::number(size_t i) const {
  double value;
  if (i >= count || napi_get_value_double(env, args[i], &value) != napi_ok) throw wrong(i, "a number");
  return value;
}

int64_t Call::integer(size_t i) const {
  int64_t value;
  if (i >= count || napi_get_value_int64(env, args[i], &value) != napi_ok) throw wrong(i, "an integer");
  return value;
}

std::string Call::text(size_t i) const {
  if (type(i) != napi_string) throw wrong(i, "a string");
  return text_of(env, args[i]);
}

std::vector<int64_t> Call::integers(size_t i) const {
  if (i >= count || !is_array(env, args[i])) throw wrong(i, "an array of integers");
  std::vector<int64_t> values(length_of(env, args[i]));
  for (uint32_t j = 0; j < values.size(); j++) {
    if (napi_get_value_int64(env, element(env, args[i], j), &values[j]) != napi_ok) throw wrong(i, "an array of integers");
  }
  return values;
}

std::vector<at::Tensor> Call::tensors(size_t i) const {
  if (i >= count || !is_array(env, args[i])) throw wrong(i, "an array of tensors");
  std::vector<at::Tensor> values;
  const uint32_t length = length_of(env, args[i]);
  values.reserve(length);
  for (uint32_t j = 0; j < length; j++) {
    uint32_t handle = 0;
    if (napi_get_value_uint32(env, element(env, args[i], j), &handle) != napi_ok) throw wrong(i, "an array of tensors");
    values.push_back(handle == 0 ? at::Tensor() : at_handle(handle));
  }
  return values;
}

bool is_array(napi_env env, napi_value value) {
  bool result = false;
  napi_is_array(env, value, &result);
  return result;
}

uint32_t length_of(napi_env env, napi_value array) {
  uint32_t length = 0;
  napi_get_array_length(env, array, &length);
  return length;
}

napi_value element(napi_env env, napi_value array, uint32_t i) {
  napi_value value;
  napi_get_element(env, array, i, &value);
  return value;
}

std::string text_of(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

napi_value js(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value js(napi_env env, Handle value) {
  napi_value result;
  napi_create_uint32(env, value, &result);
  return result;
}

napi_value js(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value js(napi_env env, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value js(napi_env env, const std::vector<int64_t>& values) {
  napi_value result;
  napi_create_array_with_length(env, values.size(), &result);
  for (uint32_t i = 0; i < values.size(); i++) napi_set_element(env, result, i, js(env, double(values[i])));
  return result;
}

napi_value js_handles(napi_env env, const std::vector<at::Tensor>& tensors) {
  napi_value result;
  napi_create_array_with_length(env, tensors.size(), &result);
  for (uint32_t i = 0; i < tensors.size(); i++) napi_set_element(env, result, i, js(env, keep(tensors[i])));
  return result;
}

static napi_value trampoline(napi_env env, napi_callback_info info) {
  try {
    Call call(env, info);
    return call.function(call);
  } catch (const c10::Error& error) {
    napi_throw_error(env, "libtorch", error.what_without_backtrace());
  } catch (const std::exception& error) {
    napi_throw_error(env, "native", error.what());
  }
  return nullptr;
}

void expose(napi_env env, napi_value exports, const char* name, Function function) {
  napi_value value;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, trampoline, reinterpret_cast<void*>(function), &value);
  napi_set_named_property(env, exports, name, value);
}

// threads(): in use for one operator; threads(n): sets it.
static napi_value threads(Call& call) {
  if (call.count > 0) at::set_num_threads(int(call.integer(0)));
  return js(call.env, double(at::get_num_threads()));
}

static napi_value version(Call& call) { return js(call.env, std::string(TORCH_VERSION)); }

// devices(kind): how many of a kind there are: devices('cuda').
static napi_value devices(Call& call) {
  const at::DeviceType kind = at::Device(call.text(0)).type();
  const auto* guard = c10::impl::hasDeviceGuardImpl(kind) ? c10::impl::getDeviceGuardImpl(kind) : nullptr;
  return js(call.env, double(guard ? guard->deviceCount() : 0));
}

}  // namespace attune

static napi_value init(napi_env env, napi_value exports) {
  using namespace attune;
  expose(env, exports, "threads", threads);
  expose(env, exports, "version", version);
  expose(env, exports, "devices", devices);
  expose_table(env, exports);
  expose_dispatch(env, exports);
  expose_autograd(env, exports);
  return exports;
}

NAPI_MODULE_INIT() { return init(env, exports); }
