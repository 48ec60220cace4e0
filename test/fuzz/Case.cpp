// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Case.h"
#include "RandomEinsum.h"
#include "RandomInput.h"
#include "RandomProgram.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace einjit::test {

std::vector<TensorType> Case::resultTypes(const std::vector<TensorType> &rowMajor) const {
  std::vector<TensorType> types = rowMajor;
  Random random(seed + 1);
  for (TensorType &type : types)
    if (hasStridedResults) type.strides = randomStrides(random, type.shape, false);
  return types;
}

Source Case::source() const {
  Source source{text, isEinsum, {}};
  for (const Input &input : inputs)
    source.inputs.push_back({isEinsum ? std::string() : input.binding.name, input.binding.type, {}});
  return source;
}

Options Case::options(std::string target, int threads) const {
  Options options;
  options.target = std::move(target);
  options.threads = threads;
  options.exact = exact;
  options.results = results;
  options.cache = false;
  return options;
}

std::string Case::describe() const {
  std::string description = fmt::format("EINJIT_FUZZ_SEED={}{}\n{}", seed, exact ? " (exact)" : "", text);
  for (const Input &input : inputs)
    description += fmt::format("\n  {}: {}", input.binding.name, str(input.binding.type));
  if (!results.empty()) description += fmt::format("\n  results {}", fmt::join(results, ", "));
  return description;
}

Case makeCase(std::uint64_t seed) {
  Random random(seed);
  Case result{seed, {}, false, random.chance(15)};
  if (random.chance(50))
    makeEinsum(random, result);
  else
    makeProgram(random, result);
  result.hasStridedResults = random.chance(40);
  return result;
}

} // namespace einjit::test
