// Every ATen operator by name, through the boxed dispatcher. The operator's own schema says how its arguments convert,
// so there is no list of operators here and none is needed for a new one.
#include "native.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <cmath>
#include <optional>

namespace attune {

namespace {

// What an argument converts to; worked out once for each operator.
enum class Kind { Tensor, Tensors, Int, Ints, Float, Floats, Bool, Bools, Scalar, Text, Device, Generator, Unsupported };

struct Parameter {
  Kind kind;
  bool optional;         // the schema's `?`
  bool optionalItems;    // Tensor?[]
  std::optional<c10::IValue> fallback;
  std::string name;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
  bool returnsSelf;  // an in-place operator: its result is its first argument
};

thread_local std::vector<Operator> operators;

Kind kind_of(const c10::Type& type);

Kind list_kind(const c10::Type& item) {
  switch (kind_of(item)) {
    case Kind::Tensor: return Kind::Tensors;
    case Kind::Int: return Kind::Ints;
    case Kind::Float: return Kind::Floats;
    case Kind::Bool: return Kind::Bools;
    default: return Kind::Unsupported;
  }
}

Kind kind_of(const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::NumberType: return Kind::Scalar;
    case c10::TypeKind::StringType: return Kind::Text;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    case c10::TypeKind::GeneratorType: return Kind::Generator;
    case c10::TypeKind::OptionalType: return kind_of(*type.containedType(0));
    case c10::TypeKind::ListType: return list_kind(*type.containedType(0));
    default: return Kind::Unsupported;
  }
}

bool has_optional_items(const c10::Type& type) {
  if (type.kind() == c10::TypeKind::OptionalType) return has_optional_items(*type.containedType(0));
  return type.kind() == c10::TypeKind::ListType && type.containedType(0)->kind() == c10::TypeKind::OptionalType;
}

Operator plan(const c10::OperatorHandle& handle) {
  Operator op{handle, {}, false};
  const auto& schema = handle.schema();
  for (const auto& argument : schema.arguments()) {
    const auto& type = *argument.type();
    Parameter parameter{kind_of(type), type.kind() == c10::TypeKind::OptionalType, has_optional_items(type), std::nullopt, argument.name()};
    if (argument.default_value()) parameter.fallback = *argument.default_value();
    op.parameters.push_back(parameter);
  }
  const auto* first = schema.arguments().empty() ? nullptr : schema.arguments()[0].alias_info();
  const auto* result = schema.returns().size() == 1 ? schema.returns()[0].alias_info() : nullptr;
  op.returnsSelf = first && result && first->isWrite() && result->isWrite();
  return op;
}

// A whole number stays one, so that an int64 tensor times 2 is an int64 tensor.
c10::IValue scalar(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) <= 9007199254740992.0 && !(value == 0 && std::signbit(value));
  return whole ? c10::IValue(int64_t(value)) : c10::IValue(value);
}

[[noreturn]] void mismatch(const Parameter& parameter, const char* expected) {
  throw ArgumentError("Argument '" + parameter.name + "' must be " + expected + ".");
}

double number(napi_env env, napi_value value, const Parameter& parameter) {
  double result;
  if (napi_get_value_double(env, value, &result) == napi_ok) return result;
  mismatch(parameter, "a number");
}

bool boolean(napi_env env, napi_value value, const Parameter& parameter) {
  bool result;
  if (napi_get_value_bool(env, value, &result) == napi_ok) return result;
  mismatch(parameter, "true or false");
}

at::Tensor tensor(napi_env env, napi_value value, const Parameter& parameter) {
  uint32_t handle;
  if (napi_get_value_uint32(env, value, &handle) != napi_ok) mismatch(parameter, "a tensor");
  return handle == 0 ? at::Tensor() : at_handle(handle);
}

int64_t integer(napi_env env, napi_value value, const Parameter& parameter) {
  const double result = number(env, value, parameter);
  if (std::trunc(result) != result) mismatch(parameter, "a whole number");
  return int64_t(result);
}

// A list, or one value that stands for a list of one, as in ATen's own `int[1] dim`.
template <typename T, typename Convert>
c10::List<T> list(napi_env env, napi_value value, c10::List<T> items, Convert convert) {
  if (!is_array(env, value)) {
    items.push_back(convert(value));
    return items;
  }
  const uint32_t length = length_of(env, value);
  items.reserve(length);
  for (uint32_t i = 0; i < length; i++) items.push_back(convert(element(env, value, i)));
  return items;
}

// null and undefined stand for no value.
bool is_absent(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_null || type == napi_undefined;
}

c10::IValue tensors(napi_env env, napi_value value, const Parameter& p) {
  if (!p.optionalItems) return list(env, value, c10::List<at::Tensor>(), [&](napi_value v) { return tensor(env, v, p); });
  return list(env, value, c10::List<c10::optional<at::Tensor>>(), [&](napi_value v) {
    return is_absent(env, v) ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(tensor(env, v, p));
  });
}

c10::IValue convert(napi_env env, napi_value value, const Parameter& p) {
  switch (p.kind) {
    case Kind::Tensor: return tensor(env, value, p);
    case Kind::Tensors: return tensors(env, value, p);
    case Kind::Int: return integer(env, value, p);
    case Kind::Ints: return list(env, value, c10::List<int64_t>(), [&](napi_value v) { return integer(env, v, p); });
    case Kind::Float: return number(env, value, p);
    case Kind::Floats: return list(env, value, c10::List<double>(), [&](napi_value v) { return number(env, v, p); });
    case Kind::Bool: return boolean(env, value, p);
    case Kind::Bools: return list(env, value, c10::List<bool>(), [&](napi_value v) { return boolean(env, v, p); });
    case Kind::Scalar: {
      bool flag;
      return napi_get_value_bool(env, value, &flag) == napi_ok ? c10::IValue(flag) : scalar(number(env, value, p));
    }
    case Kind::Text: return text_of(env, value);
    case Kind::Device: return at::Device(text_of(env, value));
    case Kind::Generator: return generator_at(Handle(integer(env, value, p)));
    case Kind::Unsupported: break;
  }
  mismatch(p, "left out: its type has no JavaScript counterpart");
}

napi_value result(napi_env env, const c10::IValue& value) {
  if (value.isTensor()) return js(env, keep(value.toTensor()));
  if (value.isTensorList()) return js_handles(env, value.toTensorVector());
  if (value.isBool()) return js(env, value.toBool());
  if (value.isInt()) return js(env, double(value.toInt()));
  if (value.isDouble()) return js(env, value.toDouble());
  if (value.isScalar()) return js(env, value.toScalar().toDouble());
  return nullptr;
}

napi_value results(napi_env env, const torch::jit::Stack& stack) {
  if (stack.empty()) return nullptr;
  if (stack.size() == 1) return result(env, stack[0]);
  napi_value values;
  napi_create_array_with_length(env, stack.size(), &values);
  for (uint32_t i = 0; i < stack.size(); i++) napi_set_element(env, values, i, result(env, stack[i]));
  return values;
}

// operator(name, overload): its number for call(), or -1 where this libtorch has none of that name.
napi_value find(Call& call) {
  const auto handle = c10::Dispatcher::singleton().findSchema({call.text(0), call.text(1)});
  if (!handle) return js(call.env, -1.0);
  operators.push_back(plan(*handle));
  return js(call.env, double(operators.size() - 1));
}

// schema(name, overload): as libtorch writes it.
napi_value schema(Call& call) {
  const auto handle = c10::Dispatcher::singleton().findSchema({call.text(0), call.text(1)});
  return handle ? js(call.env, c10::toString(handle->schema())) : nullptr;
}

// call(operator, ...arguments): positions as in the schema; undefined takes the default.
napi_value run(Call& call) {
  const Operator& op = operators.at(call.handle(0));
  if (call.count - 1 > op.parameters.size()) {
    throw ArgumentError("Takes " + std::to_string(op.parameters.size()) + " arguments, got " + std::to_string(call.count - 1) + ".");
  }
  thread_local torch::jit::Stack stack;  // kept between calls for its memory; no operator calls back into JavaScript
  const struct Emptied {
    ~Emptied() { stack.clear(); }
  } emptied;
  for (size_t i = 0; i < op.parameters.size(); i++) {
    const Parameter& parameter = op.parameters[i];
    uint32_t handle = 0;
    if (parameter.kind == Kind::Tensor && i + 1 < call.count && napi_get_value_uint32(call.env, call.args[i + 1], &handle) == napi_ok && handle != 0) {
      stack.emplace_back(at_handle(handle));  // most arguments are tensors: they go first, and are not asked for their type
      continue;
    }
    const napi_valuetype type = call.type(i + 1);
    if (type != napi_undefined && type != napi_null) {
      stack.push_back(convert(call.env, call.args[i + 1], parameter));
    } else if (parameter.fallback) {
      stack.push_back(*parameter.fallback);
    } else if (parameter.optional) {
      stack.push_back(c10::IValue());
    } else {
      throw ArgumentError("Argument '" + parameter.name + "' is missing.");
    }
  }
  op.handle.callBoxed(&stack);
  return op.returnsSelf ? call.args[1] : results(call.env, stack);
}

}  // namespace

void expose_dispatch(napi_env env, napi_value exports) {
  expose(env, exports, "operator", find);
  expose(env, exports, "schema", schema);
  expose(env, exports, "call", run);
}

}  // namespace attune
