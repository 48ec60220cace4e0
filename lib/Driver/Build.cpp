// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From loop IR to code that can be called: made by LLVM, or read from disk where that has been done before.
#include "Driver/BuildId.h"
#include "Driver/DiskCache.h"
#include "Driver/KernelImpl.h"
#include "Support/Stopwatch.h"
#include <atomic>
#include <fmt/format.h>

namespace einjit {
namespace {

std::atomic<std::uint64_t> compiledCount = 0, loadedCount = 0;

/// All that decides what the code is.
CodeKey keyOf(const Compilation &compilation) {
  Target target = compilation.target;
  target.name = "any"; // it has no part in it: `host` is the code of the preset with the same numbers
  return hashKey(fmt::format("einjit {}\nLLVM {}\nthreads {}\n{}{}", buildId, codegen::llvmVersion(),
                             compilation.threads, print(target), print(compilation.loops)));
}

/// Makes code callable in this process, and notes what is known of it.
Status link(Kernel::Impl &impl, const CachedCode &made) {
  auto code = jit::Code::load(made.objects, made.entry);
  if (!code) return code.errors();
  impl.code.emplace(*std::move(code));
  impl.codeBytes = made.codeBytes;
  impl.scratch = made.scratch;
  impl.compilation.cost.scratchBytes = made.scratch.totalBytes();
  return Success{};
}

/// What cannot be linked though it is whole is as good as absent.
bool loadCode(Kernel::Impl &impl, DiskCache &disk, const CodeKey &key) {
  const auto found = disk.find(key);
  if (!found || !link(impl, *found)) return false;
  ++loadedCount;
  return true;
}

/// For another machine, whose code is asked for as text: finds out whether there can be any.
Status generateOnly(Kernel::Impl &impl) {
  Compilation &compilation = impl.compilation;
  Stopwatch watch;
  auto module = codegen::generate(compilation.loops, compilation.target, compilation.threads);
  if (!module) return module.errors();
  codegen::optimize(*module);
  impl.scratch = module->scratch();
  compilation.cost.scratchBytes = impl.scratch.totalBytes();
  compilation.times.llvm = watch.lap();
  return Success{};
}

/// Generates code for impl.compilation.loops and, where the target is this machine, loads and stores it.
Status compileCode(Kernel::Impl &impl, DiskCache *disk, const CodeKey &key) {
  Compilation &compilation = impl.compilation;
  Stopwatch watch;
  if (!runsOnHost(compilation.target)) return generateOnly(impl);
  auto objects = codegen::compile(compilation.loops, compilation.target, compilation.threads);
  if (!objects) return objects.errors();
  compilation.times.llvm = objects->irSeconds;
  CachedCode made{std::move(objects->files), std::move(objects->entry), objects->scratch, 0};
  for (const std::vector<char> &object : made.objects) made.codeBytes += codegen::codeBytes(object);
  compilation.times.machine = watch.lap() - compilation.times.llvm;
  if (Status status = link(impl, made); !status) return status.errors();
  compilation.times.link = watch.lap();
  ++compiledCount;
  if (disk) disk->store(key, made);
  return Success{};
}

/// Leaves the times of each stage: of code from disk there is only the linking, which includes reading.
Status addCode(Kernel::Impl &impl, bool useDisk) {
  Stopwatch watch;
  DiskCache *disk = useDisk && runsOnHost(impl.compilation.target) ? processDiskCache() : nullptr;
  const CodeKey key = disk ? keyOf(impl.compilation) : CodeKey{};
  if (!disk || !loadCode(impl, *disk, key)) return compileCode(impl, disk, key);
  impl.compilation.times.link = watch.lap();
  return Success{};
}

} // namespace

Result<std::shared_ptr<const Kernel::Impl>> buildKernel(Source source, const Options &options) {
  auto compilation = lowerToLoops(std::move(source), options);
  if (!compilation) return compilation.errors();
  auto impl = std::make_shared<Kernel::Impl>(Kernel::Impl{*std::move(compilation), {}, {}, {}, 0});
  impl->arguments = {impl->compilation.inputs, impl->compilation.results};
  if (Status status = addCode(*impl, options.cache && options.diskCache); !status) return status.errors();
  return std::shared_ptr<const Kernel::Impl>(std::move(impl));
}

Result<std::shared_ptr<const Kernel::Impl>> buildFromLoops(loop::Kernel loops, const Target &target,
                                                           std::int64_t threads) {
  auto impl = std::make_shared<Kernel::Impl>();
  impl->compilation.target = target;
  impl->compilation.threads = threads;
  impl->compilation.loops = std::move(loops);
  if (Status status = addCode(*impl, false); !status) return status.errors();
  return std::shared_ptr<const Kernel::Impl>(std::move(impl));
}

BuildCounts buildCounts() { return {compiledCount, loadedCount}; }

} // namespace einjit
