// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// oneDNN 2.x by its C interface: one matmul primitive whose strides say how the operands lie.
#include "Compiler.h"
#include "Peers.h"
#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

// What is used of oneDNN's C interface, version 2. Descriptors are only passed on; they are smaller than this.
struct alignas(64) Descriptor {
  std::array<char, 4096> bytes;
};
using Dims = std::array<std::int64_t, 12>;
struct Argument {
  int which;
  void *memory;
};
struct Version {
  int major, minor, patch;
};
constexpr int cpu = 1, inOrder = 1, f32 = 3, queryImplementation = 8;
constexpr int argSource = 1, argResult = 17, argWeights = 33;

struct OneDnn {
  std::shared_ptr<Library> library;
  const Version *(*version)();
  int (*engineCreate)(void **engine, int kind, std::size_t index);
  int (*streamCreate)(void **stream, void *engine, unsigned flags);
  int (*describe)(Descriptor *descriptor, int rank, const std::int64_t *dims, int type, const std::int64_t *strides);
  int (*describeMatmul)(Descriptor *, const Descriptor *source, const Descriptor *weights, const Descriptor *bias,
                        const Descriptor *result);
  int (*planCreate)(void **plan, const Descriptor *operation, const void *attributes, void *engine, const void *hint);
  int (*planQuery)(const void *plan, int what, int index, void *answer);
  int (*primitiveCreate)(void **primitive, const void *plan);
  int (*memoryCreate)(void **memory, const Descriptor *descriptor, void *engine, void *handle);
  int (*execute)(const void *primitive, void *stream, int count, const Argument *arguments);
  int (*wait)(void *stream);
  void *engine, *stream;
};

template <class Function> bool load(const Library &library, const char *name, Function *&function) {
  function = library.find<Function>(name);
  return function != nullptr;
}

std::shared_ptr<const OneDnn> openOneDnn() {
  auto dnn = std::make_shared<OneDnn>();
  dnn->library = Library::open("libdnnl.so.2");
  if (!dnn->library) return nullptr;
  const Library &library = *dnn->library;
  const bool complete =
      load(library, "dnnl_version", dnn->version) && load(library, "dnnl_engine_create", dnn->engineCreate) &&
      load(library, "dnnl_stream_create", dnn->streamCreate) &&
      load(library, "dnnl_memory_desc_init_by_strides", dnn->describe) &&
      load(library, "dnnl_matmul_desc_init", dnn->describeMatmul) &&
      load(library, "dnnl_primitive_desc_create", dnn->planCreate) &&
      load(library, "dnnl_primitive_desc_query", dnn->planQuery) &&
      load(library, "dnnl_primitive_create", dnn->primitiveCreate) &&
      load(library, "dnnl_memory_create", dnn->memoryCreate) && load(library, "dnnl_primitive_execute", dnn->execute) &&
      load(library, "dnnl_stream_wait", dnn->wait);
  if (!complete || dnn->version()->major != 2 || dnn->engineCreate(&dnn->engine, cpu, 0) != 0 ||
      dnn->streamCreate(&dnn->stream, dnn->engine, inOrder) != 0)
    return nullptr;
  return dnn;
}

std::shared_ptr<const OneDnn> onednn() {
  static const std::shared_ptr<const OneDnn> dnn = openOneDnn();
  return dnn;
}

/// One factor or the result: the loops' axes, then two of the matrix. An axis it does not have has size 1 there.
struct Tensor {
  Dims dims, strides;
};

template <class StrideOf>
Tensor tensorOf(const GemmShape &shape, StrideOf strideOf, std::int64_t rows, std::int64_t rowStride,
                std::int64_t columns, std::int64_t columnStride) {
  Tensor tensor{};
  const std::size_t loops = shape.loops.size();
  for (std::size_t i = 0; i < loops; ++i) {
    const std::int64_t stride = strideOf(shape.loops[i]);
    tensor.dims[i] = stride == 0 ? 1 : shape.loops[i].extent;
    tensor.strides[i] = std::max<std::int64_t>(stride, 1);
  }
  tensor.dims[loops] = rows, tensor.strides[loops] = std::max<std::int64_t>(rowStride, 1);
  tensor.dims[loops + 1] = columns, tensor.strides[loops + 1] = std::max<std::int64_t>(columnStride, 1);
  return tensor;
}

/// The primitive and its arguments, or null where oneDNN has nothing but its reference loops for them.
struct Matmul {
  void *primitive = nullptr;
  std::array<Argument, 3> arguments{};
};

std::optional<Matmul> makeMatmul(const OneDnn &dnn, const GemmShape &shape, const Factors &factors) {
  using Loop = ProductLoop;
  const int rank = static_cast<int>(shape.loops.size()) + 2;
  if (rank > static_cast<int>(std::tuple_size_v<Dims>)) return std::nullopt;
  const Tensor tensors[] = {
      tensorOf(
          shape, [](const Loop &l) { return l.left; }, shape.m, shape.leftM, shape.k, shape.leftK),
      tensorOf(
          shape, [](const Loop &l) { return l.right; }, shape.k, shape.rightK, shape.n, shape.rightN),
      tensorOf(shape, [](const Loop &l) { return l.result; }, shape.m, shape.resultM, shape.n, shape.resultN)};
  std::array<Descriptor, 3> descriptors;
  for (std::size_t i = 0; i < 3; ++i)
    if (dnn.describe(&descriptors[i], rank, tensors[i].dims.data(), f32, tensors[i].strides.data()) != 0)
      return std::nullopt;
  Descriptor operation;
  void *plan = nullptr;
  const char *implementation = nullptr;
  if (dnn.describeMatmul(&operation, &descriptors[0], &descriptors[1], nullptr, &descriptors[2]) != 0 ||
      dnn.planCreate(&plan, &operation, nullptr, dnn.engine, nullptr) != 0 ||
      dnn.planQuery(plan, queryImplementation, 0, &implementation) != 0 ||
      std::string_view(implementation).starts_with("ref"))
    return std::nullopt;
  Matmul matmul;
  if (dnn.primitiveCreate(&matmul.primitive, plan) != 0) return std::nullopt;
  void *const data[] = {const_cast<void *>(factors.left), const_cast<void *>(factors.right), factors.result};
  const int which[] = {argSource, argWeights, argResult};
  for (std::size_t i = 0; i < 3; ++i) {
    matmul.arguments[i].which = which[i];
    if (dnn.memoryCreate(&matmul.arguments[i].memory, &descriptors[i], dnn.engine, data[i]) != 0) return std::nullopt;
  }
  return matmul;
}

} // namespace

std::string onednnVersion() {
  if (!onednn()) return "";
  const Version &version = *onednn()->version();
  return fmt::format("oneDNN {}.{}.{}", version.major, version.minor, version.patch);
}

std::optional<Contestant> makeOnednn(Problem &problem) {
  const std::optional<GemmShape> shape = gemmOf(problem);
  const std::shared_ptr<const OneDnn> dnn = onednn();
  if (!dnn || !shape || problem.dtype() != DType::F32) return std::nullopt;
  auto output = std::make_shared<AnyTensor>(problem.result);
  const std::optional<Matmul> matmul = makeMatmul(*dnn, *shape, factorsOf(*shape, problem, *output));
  if (!matmul) return std::nullopt;
  return Contestant{"onednn", output,
                    [dnn, matmul](std::int64_t count) {
                      for (std::int64_t i = 0; i < count; ++i) {
                        dnn->execute(matmul->primitive, dnn->stream, 3, matmul->arguments.data());
                        dnn->wait(dnn->stream);
                      }
                    },
                    true};
}

} // namespace einjit::bench
