// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The machine as data. Plans are derived from these numbers and from nothing else, so they can be made and tested for
// any machine on any machine.
//
//   target znver4 {
//     triple x86_64-linux-gnu
//     cpu znver4
//     features +avx512f,+avx512vl
//     vector-bits 512
//     ...
//   }
#pragma once

#include "Support/Result.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

struct Target {
  std::string name;
  std::string triple;            ///< as the code generator knows it
  std::string cpu;               ///< as the code generator knows it
  std::string features;          ///< added to or taken from what `cpu` has: `+fma,-avx512f`; may be empty
  std::int64_t vectorBits = 128; ///< width of a vector register
  std::int64_t vectorRegisters = 16;
  bool maskedVectors = false; ///< whether masking lanes of loads, stores and arithmetic is cheap
  bool fusedMultiplyAdd = false;
  bool halfConversions = false;      ///< whether it converts vectors between f16 and f32
  std::int64_t fmaPerCycle = 1;      ///< full-width vector FMAs (or multiplies and adds) started each cycle
  std::int64_t fmaLatency = 4;       ///< cycles until an FMA's result can be used
  std::int64_t loadsPerCycle = 2;    ///< full-width vector loads each cycle from L1
  std::int64_t l1Bytes = 32 << 10;   ///< data, per core
  std::int64_t l2Bytes = 256 << 10;  ///< per core
  std::int64_t l3Bytes = 0;          ///< shared
  std::int64_t l2BytesPerCycle = 32; ///< that one core reads in a long loop, as are the next two
  std::int64_t l3BytesPerCycle = 16;
  std::int64_t memoryBytesPerCycle = 4;
  std::int64_t cacheLineBytes = 64;
  std::int64_t cores = 1;
  friend bool operator==(const Target &, const Target &) = default;

  /// Lanes of a full vector register of elements of this size.
  std::int64_t lanes(std::int64_t elementBytes) const { return vectorBits / 8 / elementBytes; }
};

/// All presets, in the order in which help lists them: generic, x86-64-v2 (SSE4.2), haswell, skylake-avx512, znver4 …
const std::vector<Target> &presetTargets();
/// This machine, asked once per process.
const Target &hostTarget();
/// `host`, the name of a preset, or the text of a target (as print gives it).
Result<Target> findTarget(std::string_view nameOrText);
/// Whether this machine can run code made for `target`.
bool runsOnHost(const Target &target);

std::string print(const Target &target);
Result<Target> parseTarget(std::string_view text);

} // namespace einjit
