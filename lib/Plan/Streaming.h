// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which results are written past the caches.
#pragma once

#include "Plan/Facts.h"
#include "Target/Target.h"
#include <optional>
#include <string>

namespace einjit::plan {

/// Whether lines of the op's result should not pass through the caches. A store into a cache reads the line first; past
/// the caches it does not, and leaves room there for operands, but whoever reads the result next finds nothing near. So
/// it pays for what would not have stayed there anyway: where the op reads and writes more than L3 has. Of an L3 that
/// is reported, 16 MiB for each core count at most: a virtual machine shares the rest with others. One core streams
/// less than it writes to L3, which only shows where it reads little; then results must be larger.
///
/// Measured on one core of a Xeon with L2 of 2 MiB, and of an L3 of 260 MiB what others leave: copies of 16 to 64 MiB
/// are 1.3 times as fast, larger ones 1.6; filling 16 to 64 MiB 0.9 times, 128 MiB 1.2, 256 MiB 2.3. Copies of less
/// than 10 MiB, read afterwards, take 1.1 times as long. 64 MiB of scattered lines, made of 22, take 0.4 of the time.
bool leavesCaches(const OpFacts &facts, const Target &target, bool scattered = false);

inline constexpr const char *streamReason = "larger than the caches would keep";

/// The name of the output that the value is, if nothing in the kernel reads it.
std::optional<std::string> writtenOutput(const tensor::Kernel &kernel, const tensor::Value &value);

/// The name of the output that is to be streamed, if the op's result is one. Its loops must write each line once and at
/// once: `lanes` is the iterator whose vectors do, and each row along it begins with a line.
std::optional<std::string> streamedResult(const tensor::Kernel &kernel, const tensor::Value &value,
                                          const OpFacts &facts, std::size_t lanes, const Target &target,
                                          bool scattered = false);

} // namespace einjit::plan
