// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// cache-user [--no-cache]: compiles some programs and runs them, and prints what they give and what the caches did.
// Tests run it again and again, as processes that share a cache on disk.
#include <cstdio>
#include <cstring>
#include <einjit/einjit.h>
#include <numeric>

namespace {

using namespace einjit;

/// Runs the kernel on counted inputs and prints the sum of each result.
void use(const char *what, const Kernel &kernel) {
  std::vector<Tensor<float>> inputs;
  for (const Binding &input : kernel.inputs()) {
    Tensor<float> &tensor = inputs.emplace_back(input.type.shape);
    std::iota(tensor.begin(), tensor.end(), 0.5F);
  }
  for (AnyTensor &any : kernel.run(std::vector<ConstTensorRef>(inputs.begin(), inputs.end()))) {
    const Tensor<float> result(std::move(any));
    std::printf("%s: %.9g, %lld bytes of scratch, %lld of code\n", what,
                static_cast<double>(std::accumulate(result.begin(), result.end(), 0.0F)),
                static_cast<long long>(kernel.cost().scratchBytes), static_cast<long long>(kernel.codeBytes()));
  }
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  options.cache = argc < 2 || std::strcmp(argv[1], "--no-cache") != 0;
  Options two = options;
  two.threads = 2;
  const auto f32 = [](std::vector<std::int64_t> shape) { return TensorType{DType::F32, std::move(shape)}; };
  use("product", compile("ik,kj->ij", {f32({31, 17}), f32({17, 23})}, options));
  use("powers", compileProgram("x ** 0.3 + exp(-x)", {{"x", f32({40})}}, options)); // calls the runtime
  use("constants", compileProgram("cat([x, [1.5, 2, 0.25]], dim=0)", {{"x", f32({5})}}, options));
  use("means", compileProgram("x - x.mean(dim=1, keepdim=True)", {{"x", f32({20, 30})}}, options)); // needs scratch
  use("threads", compile("ik,kj->ij", {f32({300, 300}), f32({300, 300})}, two));
  const CacheStatistics s = cacheStatistics();
  const auto print = [](const char *name, std::uint64_t count) {
    std::printf("%s %llu\n", name, static_cast<unsigned long long>(count));
  };
  print("compiled", s.compiled);
  print("loaded", s.loaded);
  print("stored", s.stored);
  print("refused", s.refused);
  print("codeGenerations", s.codeGenerations);
}
