// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From loop IR to code that can be called.
#include "Driver/KernelImpl.h"
#include "Support/Stopwatch.h"

namespace einjit {
namespace {

/// Generates code for impl.compilation.loops and loads it; leaves the times of each stage.
Status addCode(Kernel::Impl &impl) {
  Compilation &compilation = impl.compilation;
  Stopwatch watch;
  auto module = codegen::generate(compilation.loops, compilation.target, compilation.threads);
  if (!module) return module.errors();
  codegen::optimize(*module);
  impl.scratch = module->scratch();
  compilation.cost.scratchBytes = impl.scratch.totalBytes();
  compilation.times.llvm = watch.lap();
  if (!runsOnHost(compilation.target)) return Success{};

  const std::string entry = module->entry();
  const std::vector<char> object = codegen::object(*std::move(module));
  compilation.times.machine = watch.lap();
  auto code = jit::Code::load(object, entry);
  if (!code) return code.errors();
  impl.code.emplace(*std::move(code));
  impl.codeBytes = codegen::codeBytes(object);
  compilation.times.link = watch.lap();
  return Success{};
}

} // namespace

Result<std::shared_ptr<const Kernel::Impl>> buildKernel(Source source, const Options &options) {
  auto compilation = lowerToLoops(std::move(source), options);
  if (!compilation) return compilation.errors();
  auto impl = std::make_shared<Kernel::Impl>(Kernel::Impl{*std::move(compilation), {}, {}, {}, 0});
  impl->arguments = {impl->compilation.inputs, impl->compilation.results};
  if (Status status = addCode(*impl); !status) return status.errors();
  return std::shared_ptr<const Kernel::Impl>(std::move(impl));
}

Result<std::shared_ptr<const Kernel::Impl>> buildFromLoops(loop::Kernel loops, const Target &target,
                                                           std::int64_t threads) {
  auto impl = std::make_shared<Kernel::Impl>();
  impl->compilation.target = target;
  impl->compilation.threads = threads;
  impl->compilation.loops = std::move(loops);
  if (Status status = addCode(*impl); !status) return status.errors();
  return std::shared_ptr<const Kernel::Impl>(std::move(impl));
}

} // namespace einjit
