// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The roof, measured with loops in einjit's own loop IR and programs in its own language.
#include "Driver/KernelImpl.h"
#include "Support/Stopwatch.h"
#include <algorithm>
#include <einjit/Machine.h>
#include <fmt/format.h>

namespace einjit {
namespace {

/// The shortest of several timings of `work`, which should take about a millisecond.
template <class Work> double shortest(int repetitions, Work work) {
  double best = 1e30;
  for (int i = 0; i < repetitions; ++i) {
    Stopwatch watch;
    work();
    best = std::min(best, watch.lap());
  }
  return best;
}

/// Chains of multiply-adds that need nothing but registers: as many as latency and width ask for, which are fewer than
/// there are registers. Factor and addend are loaded, so that no compiler knows the result.
std::string peakLoop(DType type, const Target &target, std::int64_t steps, std::int64_t threads) {
  const std::int64_t lanes = target.lanes(static_cast<std::int64_t>(byteSize(type)));
  const std::int64_t chains = std::min(target.vectorRegisters - 4, 2 * target.fmaLatency * target.fmaPerCycle);
  const std::string body =
      target.fusedMultiplyAdd ? "fma(%acc[j], %in[0], %in[1])" : "add(mul(%acc[j], %in[0]), %in[1])";
  return fmt::format(R"(kernel @peak(in %in: {0}[2], out %out: {0}[{5},{1},{2}]) {{
  {6} t in 0..{5} {{
    registers %acc: <{2} x {0}>[{1}]
    unroll j in 0..{1} {{
      {2} lanes: %acc[j] = %in[0]
    }}
    for i in 0..{3} {{
      unroll j in 0..{1} {{
        {2} lanes: %acc[j] = {4}
      }}
    }}
    unroll j in 0..{1} {{
      {2} lanes: %out[t, j, lane] = %acc[j]
    }}
  }}
}}
)",
                     name(type), chains, lanes, steps, body, threads, threads > 1 ? "parallel" : "for");
}

} // namespace

double measurePeakFlops(DType type, const Options &options) {
  type = realType(type) == DType::F64 ? DType::F64 : DType::F32;
  const auto target = findTarget(options.target);
  if (!target) throwError(target.errors(), {});
  constexpr std::int64_t steps = 50'000;
  const std::int64_t threads = threadCount(options);
  const std::string text = peakLoop(type, *target, steps, threads);
  auto loops = loop::parseKernel(text);
  if (!loops) throw InternalError("the peak loop does not parse: " + render(loops.errors(), text));
  const TensorType outType = (*loops)[loop::BufferId(1)].type;
  auto impl = buildFromLoops(*std::move(loops), *target, threads);
  if (!impl) throwError(impl.errors(), text);
  const auto run = reinterpret_cast<jit::Entry>(const_cast<void *>(Kernel(*impl).entry()));

  AnyTensor in({type, {2}}), out(outType);
  if (type == DType::F32)
    static_cast<float *>(in.data())[0] = 0.999f, static_cast<float *>(in.data())[1] = 1e-3f;
  else
    static_cast<double *>(in.data())[0] = 0.999, static_cast<double *>(in.data())[1] = 1e-3;
  void *buffers[] = {in.data(), out.data()};
  const double time = shortest(7, [&] { run(buffers, nullptr); });
  return static_cast<double>(out.size()) * 2.0 * static_cast<double>(steps) / time;
}

double measureBandwidth(std::int64_t inputBytes, std::int64_t outputBytes, const Options &options) {
  // Reading and writing at once where the kernel does both, else reading alone.
  constexpr std::int64_t leastElements = 256;
  const std::int64_t total = std::max<std::int64_t>(inputBytes + outputBytes, leastElements * 4);
  Options quiet = options;
  quiet.results.clear();
  auto measure = [&](const char *einsumString, std::int64_t elements, std::int64_t bytes) {
    const TensorType type{DType::F32, {elements}};
    const Kernel kernel = compile(einsumString, {type}, quiet);
    AnyTensor in(type), out(kernel.results()[0].type);
    // Written before it is read: untouched pages are all one page of zeros, which never leaves the nearest cache.
    std::fill_n(static_cast<float *>(in.data()), elements, 1.0f);
    void *buffers[] = {in.data(), out.data()};
    const auto run = reinterpret_cast<jit::Entry>(const_cast<void *>(kernel.entry()));
    AnyTensor scratch({DType::Bool, {kernel.cost().scratchBytes}});
    const auto repeats = std::max<std::int64_t>(1, (std::int64_t{8} << 20) / std::max<std::int64_t>(1, bytes));
    run(buffers, scratch.data());
    const double time = shortest(9, [&] {
      for (std::int64_t i = 0; i < repeats; ++i) run(buffers, scratch.data());
    });
    return static_cast<double>(bytes) * static_cast<double>(repeats) / time;
  };
  const double read = measure("i->", std::max(leastElements, total / 4), total);
  if (outputBytes * 8 < inputBytes) return read;
  const double copy = measure("i->i", std::max(leastElements, total / 8), total);
  return std::max(read, copy);
}

} // namespace einjit
