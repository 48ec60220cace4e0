// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any text is an einsum string, or has errors that can be rendered; on small operands it lowers or has errors too.
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include "Tensor/Passes/Passes.h"
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const auto einsum = einjit::parseEinsum(text);
  if (!einsum) {
    einjit::render(einsum.errors(), text);
    return 0;
  }
  std::vector<einjit::TensorType> operands;
  for (const auto &term : einsum->inputs)
    operands.push_back({einjit::DType::F32, std::vector<std::int64_t>(term.labels.size(), 2)});
  const auto lowered = einjit::tensor::lowerEinsumProgram(*einsum, operands, {});
  if (!lowered)
    einjit::render(lowered.errors(), text);
  else if (!verify(einjit::tensor::canonicalize(lowered->kernel)).empty())
    std::abort();
  return 0;
}
