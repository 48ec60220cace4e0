// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Compile.h"
#include "Driver/Cache.h"
#include "Driver/CallEpoch.h"
#include "Driver/DiskCache.h"
#include "Driver/KernelImpl.h"
#include "Support/Attempt.h"
#include <einjit/Cache.h>

namespace einjit {

Kernel compileCached(Source source, const Options &options) {
  const std::string text = source.text;
  const auto build = [&] { return buildKernel(std::move(source), options); };
  auto built = options.cache ? processCache().get(cacheKey(source, options), build) : build();
  if (!built) throwError(built.errors(), text);
  return Kernel(*std::move(built));
}

Expected<Kernel> tryCompile(std::string_view einsum, const std::vector<TensorType> &operands, const Options &options,
                            const std::source_location &where) {
  return attempt(where, [&] {
    Source source{std::string(einsum), true, {}};
    for (const TensorType &type : operands) source.inputs.push_back({{}, type, {}});
    return compileCached(std::move(source), options);
  });
}

Expected<Kernel> tryCompileProgram(std::string_view program, const std::vector<Binding> &inputs, const Options &options,
                                   const std::source_location &where) {
  return attempt(where, [&] { return compileCached({std::string(program), false, inputs}, options); });
}

Kernel compile(std::string_view einsum, const std::vector<TensorType> &operands, const Options &options,
               const std::source_location &where) {
  return tryCompile(einsum, operands, options, where).value();
}

Kernel compileProgram(std::string_view program, const std::vector<Binding> &inputs, const Options &options,
                      const std::source_location &where) {
  return tryCompileProgram(program, inputs, options, where).value();
}

CacheStatistics cacheStatistics() {
  const KernelCache::Counts memory = processCache().counts();
  const BuildCounts built = buildCounts();
  const DiskCache::Counts disk = processDiskCache() ? processDiskCache()->counts() : DiskCache::Counts{};
  return {.hits = memory.hits,
          .compiled = built.compiled,
          .loaded = built.loaded,
          .evicted = memory.evicted,
          .kept = memory.kept,
          .live = jit::Code::live(),
          .stored = disk.stored,
          .notStored = disk.notStored,
          .refused = disk.refused,
          .codeGenerations = codegen::generations()};
}

void clearCache() {
  processCache().clear();
  startCallEpoch();
}

} // namespace einjit
