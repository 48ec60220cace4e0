// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The processors einjit knows by name. Numbers are those of the vendors' optimisation manuals and of the measurements
// at uops.info; the cores and the shared cache are those of one common model of each generation. Bandwidths are about
// what one core reads in a long loop: two thirds of a cache's bus, and of memory the share that prefetching reaches.
#include "Target/Target.h"

namespace einjit {
namespace {

constexpr std::int64_t KiB = 1024, MiB = 1024 * KiB;

Target x86(std::string name, std::string cpu) {
  Target target;
  target.name = std::move(name);
  target.triple = "x86_64-unknown-linux-gnu";
  target.cpu = std::move(cpu);
  return target;
}

/// SSE2 only: what every x86-64 processor runs.
Target generic() {
  Target t = x86("generic", "x86-64");
  t.fmaLatency = 4; // of the addition in multiply, then add
  t.l3Bytes = 2 * MiB;
  return t;
}

/// Nehalem and later: SSE4.2, one multiplication and one addition each cycle.
Target x86V2() {
  Target t = x86("x86-64-v2", "x86-64-v2");
  t.fmaLatency = 3;
  t.loadsPerCycle = 1;
  t.l3Bytes = 8 * MiB;
  t.cores = 4;
  return t;
}

/// Core i7-4770.
Target haswell() {
  Target t = x86("haswell", "haswell");
  t.vectorBits = 256;
  t.fusedMultiplyAdd = true;
  t.halfConversions = true;
  t.fmaPerCycle = 2;
  t.fmaLatency = 5;
  t.l3Bytes = 8 * MiB;
  t.memoryBytesPerCycle = 5; // 20 GB/s at 3.9 GHz
  t.cores = 4;
  return t;
}

/// Xeon Platinum 8180.
Target skylakeAvx512() {
  Target t = x86("skylake-avx512", "skylake-avx512");
  t.vectorBits = 512;
  t.vectorRegisters = 32;
  t.maskedVectors = true;
  t.fusedMultiplyAdd = true;
  t.halfConversions = true;
  t.fmaPerCycle = 2;
  t.l2Bytes = 1 * MiB;
  t.l3Bytes = 38 * MiB + 512 * KiB;
  t.l2BytesPerCycle = 48;
  t.l3BytesPerCycle = 8;
  t.memoryBytesPerCycle = 4; // 13 GB/s at 3.2 GHz
  t.cores = 28;
  return t;
}

/// Ryzen 7 5800X.
Target znver3() {
  Target t = x86("znver3", "znver3");
  t.vectorBits = 256;
  t.fusedMultiplyAdd = true;
  t.halfConversions = true;
  t.fmaPerCycle = 2;
  t.l2Bytes = 512 * KiB;
  t.l3Bytes = 32 * MiB;
  t.l3BytesPerCycle = 24;
  t.memoryBytesPerCycle = 8; // 37 GB/s at 4.7 GHz
  t.cores = 8;
  return t;
}

/// Ryzen 7 7700X: 512-bit registers over 256-bit units, so one full vector a cycle.
Target znver4() {
  Target t = x86("znver4", "znver4");
  t.vectorBits = 512;
  t.vectorRegisters = 32;
  t.maskedVectors = true;
  t.fusedMultiplyAdd = true;
  t.halfConversions = true;
  t.fmaPerCycle = 1;
  t.loadsPerCycle = 1;
  t.l2Bytes = 1 * MiB;
  t.l3Bytes = 32 * MiB;
  t.l3BytesPerCycle = 24;
  t.memoryBytesPerCycle = 8; // 42 GB/s at 5.3 GHz
  t.cores = 8;
  return t;
}

/// Ryzen 7 9700X: 512-bit units.
Target znver5() {
  Target t = znver4();
  t.name = t.cpu = "znver5";
  t.fmaPerCycle = 2;
  t.loadsPerCycle = 2;
  t.l1Bytes = 48 * KiB;
  t.l2BytesPerCycle = 64;
  return t;
}

} // namespace

const std::vector<Target> &presetTargets() {
  static const auto &targets = *new const std::vector<Target>{
      generic(), x86V2(), haswell(), skylakeAvx512(), znver3(), znver4(), znver5()}; // never destroyed, as hostTarget()
  return targets;
}

} // namespace einjit
