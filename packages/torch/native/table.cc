// The table of tensors that JavaScript holds, and the ways bytes get in and out.
#include "native.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace attune {

namespace {

struct Table {
  std::vector<at::Tensor> tensors{1};  // place 0 stays empty
  std::vector<Handle> free;
  std::vector<at::Generator> generators;
};

thread_local Table table;

}  // namespace

Handle keep(at::Tensor tensor) {
  if (!tensor.defined()) return 0;
  if (table.free.empty()) {
    table.tensors.push_back(std::move(tensor));
    return Handle(table.tensors.size() - 1);
  }
  const Handle handle = table.free.back();
  table.free.pop_back();
  table.tensors[handle] = std::move(tensor);
  return handle;
}

at::Tensor& at_handle(Handle handle) {
  if (handle >= table.tensors.size() || !table.tensors[handle].defined()) throw ArgumentError("A tensor that was freed.");
  return table.tensors[handle];
}

at::Generator& generator_at(Handle handle) {
  if (handle >= table.generators.size()) throw ArgumentError("Not a random generator of this thread.");
  return table.generators[handle];
}

static napi_value live_tensors(Call& call) { return js(call.env, double(table.tensors.size() - 1 - table.free.size())); }

static napi_value shape(Call& call) { return js(call.env, call.tensor(0).sizes().vec()); }
static napi_value dtype(Call& call) { return js(call.env, double(int(call.tensor(0).scalar_type()))); }
static napi_value device(Call& call) { return js(call.env, call.tensor(0).device().str()); }

struct Bytes {
  void* data;
  size_t length;
};

// The bytes behind a typed array.
static Bytes bytes_of(Call& call, size_t i) {
  bool typed = false;
  if (i < call.count) napi_is_typedarray(call.env, call.args[i], &typed);
  if (!typed) throw ArgumentError("Argument " + std::to_string(i + 1) + " must be a typed array.");
  napi_typedarray_type type;
  Bytes bytes{nullptr, 0};
  napi_get_typedarray_info(call.env, call.args[i], &type, &bytes.length, &bytes.data, nullptr, nullptr);
  constexpr size_t width[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};  // in the order of napi_typedarray_type
  bytes.length *= width[type];
  return bytes;
}

static void drop(Handle handle) {
  if (handle == 0) return;
  at_handle(handle).reset();
  table.free.push_back(handle);
}

// release(handle), release(Uint32Array of handles): drops these references; the autograd graph keeps its own.
static napi_value release(Call& call) {
  if (call.type(0) == napi_number) {
    drop(call.handle(0));
    return nullptr;
  }
  const Bytes handles = bytes_of(call, 0);
  for (size_t i = 0; i < handles.length / sizeof(Handle); i++) drop(static_cast<const Handle*>(handles.data)[i]);
  return nullptr;
}

// fromBuffer(typedArray, shape, dtype): copies.
static napi_value from_buffer(Call& call) {
  const Bytes bytes = bytes_of(call, 0);
  at::Tensor tensor = at::empty(call.integers(1), at::TensorOptions(at::ScalarType(call.integer(2))));
  if (bytes.length != tensor.nbytes()) {
    throw ArgumentError("Got " + std::to_string(bytes.length) + " bytes for a tensor of " + std::to_string(tensor.nbytes()) + ".");
  }
  if (bytes.length > 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
  return js(call.env, keep(tensor));
}

// toBuffer(handle): the values, row-major, as an ArrayBuffer of the tensor's own dtype; copies.
static napi_value to_buffer(Call& call) {
  const at::Tensor tensor = call.tensor(0).detach().cpu().contiguous();
  void* data = nullptr;
  napi_value result;
  if (napi_create_arraybuffer(call.env, tensor.nbytes(), &data, &result) != napi_ok) throw ArgumentError("Too large for an ArrayBuffer.");
  if (tensor.nbytes() > 0) std::memcpy(data, tensor.data_ptr(), tensor.nbytes());
  return result;
}

// item(handle): the only value of a one-element tensor.
static napi_value item(Call& call) {
  const at::Scalar value = call.tensor(0).item();
  return value.isBoolean() ? js(call.env, value.toBool()) : js(call.env, value.toDouble());
}

// mapFile(path): the file's bytes as a uint8 tensor, paged in as they are touched. Writes stay private to this process.
static napi_value map_file(Call& call) {
  const std::string path = call.text(0);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw ArgumentError(path + ": " + std::strerror(errno));
  struct stat info;
  const bool known = fstat(file, &info) == 0 && info.st_size > 0;
  void* data = known ? mmap(nullptr, size_t(info.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0) : MAP_FAILED;
  const int reason = known ? errno : ENODATA;
  close(file);
  if (data == MAP_FAILED) throw ArgumentError(path + ": " + std::strerror(reason));
  const size_t length = size_t(info.st_size);
  at::Tensor tensor = at::from_blob(data, {int64_t(length)}, [length](void* at) { munmap(at, length); }, at::kByte);
  return js(call.env, keep(tensor));
}

// generator(device, seed): a source of random numbers, passed to operators that take one.
static napi_value generator(Call& call) {
  at::Generator source = at::globalContext().defaultGenerator(at::Device(call.text(0))).clone();
  source.set_current_seed(uint64_t(call.integer(1)));
  table.generators.push_back(source);
  return js(call.env, double(table.generators.size() - 1));
}

static napi_value generator_state(Call& call) { return js(call.env, keep(generator_at(call.handle(0)).get_state())); }

static napi_value set_generator_state(Call& call) {
  generator_at(call.handle(0)).set_state(call.tensor(1));
  return nullptr;
}

void expose_table(napi_env env, napi_value exports) {
  expose(env, exports, "release", release);
  expose(env, exports, "liveTensors", live_tensors);
  expose(env, exports, "shape", shape);
  expose(env, exports, "dtype", dtype);
  expose(env, exports, "device", device);
  expose(env, exports, "fromBuffer", from_buffer);
  expose(env, exports, "toBuffer", to_buffer);
  expose(env, exports, "item", item);
  expose(env, exports, "mapFile", map_file);
  expose(env, exports, "generator", generator);
  expose(env, exports, "generatorState", generator_state);
  expose(env, exports, "setGeneratorState", set_generator_state);
}

}  // namespace attune
