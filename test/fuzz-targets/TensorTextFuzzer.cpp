// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Any text is tensor IR that can be verified and printed, or has errors that can be rendered.
#include "Tensor/Kernel.h"
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

static void mustHold(bool condition) {
  if (!condition) std::abort(); // what prints parses
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char *>(data), size);
  const auto kernel = einjit::tensor::parseKernel(text);
  if (!kernel)
    einjit::render(kernel.errors(), text);
  else if (verify(*kernel).empty())
    mustHold(bool(einjit::tensor::parseKernel(print(*kernel))));
  return 0;
}
