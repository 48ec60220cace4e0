// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Commands.h"
#include "Program.h"
#include "Timing.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <einjit/Machine.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace einjit::cli {
namespace {

/// What the machine can do for this kernel: the best of two measurements, since whatever else runs on it only ever
/// makes it look slower.
struct Roof {
  double flops = 0, bytes = 0; ///< a second
};

Roof measureRoof(const Kernel &kernel, const Options &options) {
  const auto isF64 = [](const Binding &binding) { return realType(binding.type.dtype) == DType::F64; };
  const bool f64 = std::any_of(kernel.inputs().begin(), kernel.inputs().end(), isF64) ||
                   std::any_of(kernel.results().begin(), kernel.results().end(), isF64);
  const auto sizeOf = [](const TensorType &type) {
    return elementCount(type).value_or(0) * static_cast<std::int64_t>(byteSize(type.dtype));
  };
  std::int64_t read = 0, written = 0;
  for (const Binding &input : kernel.inputs()) read += sizeOf(input.type);
  for (const LoadedFile &file : kernel.files()) read += sizeOf(file.tensor.type());
  for (const Binding &result : kernel.results()) written += sizeOf(result.type);
  return {measurePeakFlops(f64 ? DType::F64 : DType::F32, options), measureBandwidth(read, written, options)};
}

Roof best(Roof a, Roof b) { return {std::max(a.flops, b.flops), std::max(a.bytes, b.bytes)}; }

/// All that the bench says; rates in units of 10^9 a second. The roof is the longer of the time for the arithmetic at
/// the machine's peak and the time for the compulsory traffic at its bandwidth; the fraction is that time over the
/// measured median.
struct Report {
  Timing timing;
  CompileTimes compile;
  std::int64_t codeBytes;
  Cost cost;
  double gflops, gbps, peakGflops, streamGbps;
  bool computeBound;
  double roofFraction;
  int threads;
};

double ratio(double a, double b) { return b > 0 && std::isfinite(a / b) ? a / b : 0; }

Report judge(const Kernel &kernel, Timing timing, Roof roof, int threads) {
  const Cost cost = kernel.cost();
  const double compute = ratio(static_cast<double>(cost.flops), roof.flops);
  const double memory = ratio(static_cast<double>(cost.bytes), roof.bytes);
  return {.timing = timing,
          .compile = kernel.compileTimes(),
          .codeBytes = kernel.codeBytes(),
          .cost = cost,
          .gflops = ratio(static_cast<double>(cost.flops), timing.median) / 1e9,
          .gbps = ratio(static_cast<double>(cost.bytes), timing.median) / 1e9,
          .peakGflops = roof.flops / 1e9,
          .streamGbps = roof.bytes / 1e9,
          .computeBound = compute > memory,
          .roofFraction = ratio(std::max(compute, memory), timing.median),
          .threads = threads};
}

std::string bound(const Report &report) { return report.computeBound ? "compute" : "memory"; }

void printJson(const Report &report) {
  nlohmann::ordered_json stages;
  for (const auto &[name, seconds] : compileStages) stages[name] = report.compile.*seconds * 1e3;
  const nlohmann::ordered_json json = {
      {"compile_ms", report.compile.total() * 1e3},
      {"compile_stages_ms", stages},
      {"code_bytes", report.codeBytes},
      {"runs", report.timing.runs},
      {"median_s", report.timing.median},
      {"min_s", report.timing.min},
      {"flops", report.cost.flops},
      {"bytes", report.cost.bytes},
      {"scratch_bytes", report.cost.scratchBytes},
      {"gflops", report.gflops},
      {"gbps", report.gbps},
      {"peak_gflops", report.peakGflops},
      {"stream_gbps", report.streamGbps},
      {"bound", bound(report)},
      {"roof_fraction", report.roofFraction},
      {"threads", report.threads},
  };
  fmt::print("{}\n", json.dump(2));
}

std::string duration(double seconds) {
  if (seconds < 1e-6) return fmt::format("{:.4g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.4g} µs", seconds * 1e6);
  return seconds < 1 ? fmt::format("{:.4g} ms", seconds * 1e3) : fmt::format("{:.4g} s", seconds);
}

void printText(const Report &report) {
  fmt::print("time      {} median, {} min, {} runs, {} {}\n", duration(report.timing.median),
             duration(report.timing.min), report.timing.runs, report.threads,
             report.threads == 1 ? "thread" : "threads");
  fmt::print("work      {} flops, {} bytes\n", report.cost.flops, report.cost.bytes);
  fmt::print("rate      {:.4g} GFLOP/s of {:.4g}, {:.4g} GB/s of {:.4g}\n", report.gflops, report.peakGflops,
             report.gbps, report.streamGbps);
  fmt::print("roof      {:.3g} of it reached; {} is the bound\n", report.roofFraction, bound(report));
  fmt::print("compile   {:.3g} ms:", report.compile.total() * 1e3);
  const char *separator = " ";
  for (const auto &[name, seconds] : compileStages)
    fmt::print("{}{} {:.2g}", std::exchange(separator, ", "), name, report.compile.*seconds * 1e3);
  fmt::print("\ncode      {} bytes\n", report.codeBytes);
  fmt::print("scratch   {} bytes\n", report.cost.scratchBytes);
}

} // namespace

void bench(const Job &job, const BenchFlags &flags, const Options &options) {
  std::vector<Argument> arguments = parseArguments(job.arguments);
  Options anew = options; // how long it takes is part of the report
  anew.cache = false;
  const Kernel kernel = compileFor(programText(job.program), arguments, anew);
  for (std::size_t i = arguments.size(); i < kernel.inputs().size(); ++i) // those that the program declares
    arguments.push_back({kernel.inputs()[i].name, kernel.inputs()[i].type});
  kernel.entry(); // refuses code for another machine before anything is measured
  std::vector<AnyTensor> inputs = materialise(std::move(arguments));

  const Roof before = measureRoof(kernel, options);
  const Timing timing = timeKernel(kernel, std::move(inputs), flags.seconds);
  const Roof after = measureRoof(kernel, options);

  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const Report report = judge(kernel, timing, best(before, after), options.threads == 0 ? cores : options.threads);
  if (flags.json)
    printJson(report);
  else
    printText(report);
}

} // namespace einjit::cli
