// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Loop/Steps/Step.h"

namespace einjit::loop {

Result<Kernel> apply(Kernel kernel, const Step &step) {
  return std::visit([&](const auto &action) { return apply(std::move(kernel), action); }, step.action);
}

Result<Kernel> apply(Kernel kernel, const Schedule &schedule) {
  for (const Step &step : schedule.steps) {
    Result<Kernel> next = apply(std::move(kernel), step);
    if (!next) return next;
    kernel = *std::move(next);
  }
  return kernel;
}

} // namespace einjit::loop
