// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/Compile.h"
#include "Driver/Cache.h"
#include "Driver/KernelImpl.h"
#include <new>

namespace einjit {

Kernel compileCached(Source source, const Options &options) {
  const std::string text = source.text;
  const std::string key = options.cache ? cacheKey(source, options) : std::string();
  if (options.cache)
    if (auto known = processCache().find(key)) return Kernel(std::move(known));
  auto built = buildKernel(std::move(source), options);
  if (!built) throwError(built.errors(), text);
  // What it loads may be another file the next time.
  if (options.cache && (*built)->compilation.files.empty()) processCache().insert(key, *built);
  return Kernel(*std::move(built));
}

Kernel compile(std::string_view einsum, const std::vector<TensorType> &operands, const Options &options) {
  Source source{std::string(einsum), true, {}};
  for (const TensorType &type : operands) source.inputs.push_back({{}, type, {}});
  return compileCached(std::move(source), options);
}

Kernel compileProgram(std::string_view program, const std::vector<Binding> &inputs, const Options &options) {
  return compileCached({std::string(program), false, inputs}, options);
}

} // namespace einjit
