// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Driver/PassOptions.h"

namespace einjit {

tensor::PassOptions passOptions(const Target &target) {
  const auto real = [](std::int64_t number) { return static_cast<double>(number); };
  tensor::PassOptions options;
  options.rates = {.vectorBytes = real(target.vectorBits) / 8,
                   .vectorRegisters = real(target.vectorRegisters),
                   .fmaPerCycle = real(target.fmaPerCycle),
                   .fmaLatency = real(target.fmaLatency),
                   .loadsPerCycle = real(target.loadsPerCycle),
                   .l1Bytes = real(target.l1Bytes),
                   .l2Bytes = real(target.l2Bytes),
                   .l3Bytes = real(target.l3Bytes),
                   .l2BytesPerCycle = real(target.l2BytesPerCycle),
                   .l3BytesPerCycle = real(target.l3BytesPerCycle),
                   .memoryBytesPerCycle = real(target.memoryBytesPerCycle)};
  return options;
}

} // namespace einjit
