// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Rewrite.h"
#include "Loop/Steps/Refusal.h"
#include <fmt/format.h>

namespace einjit::loop {
namespace {

Refusal check(const Kernel &kernel, const Stream &step) {
  if (auto reason = unlessBufferExists(kernel, step.buffer)) return reason;
  const BufferId buffer = *kernel.findBuffer(step.buffer);
  if (kernel[buffer].storage != Storage::Out) return fmt::format("%{} is not an output", step.buffer);
  bool isRead = false;
  forEach<Store>(kernel.body, [&](const Store &store) {
    isRead |= store.target.buffer == buffer && store.reduce.has_value();
    for (const Access &operand : store.operands) isRead |= operand.buffer == buffer;
  });
  if (isRead) return fmt::format("%{} is read", step.buffer);
  return std::nullopt;
}

} // namespace

Result<Kernel> apply(Kernel kernel, const Stream &step) {
  if (const Refusal reason = check(kernel, step)) return refused({step}, *reason);
  kernel[*kernel.findBuffer(step.buffer)].stream = true;
  return kernel;
}

} // namespace einjit::loop
