// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The time that one step of a contraction takes, estimated from nothing but its extents and the machine's rates.
//
// A product of two has the roles batch (in both and in the result), M (first and result), N (second and result) and K
// (in both, summed). Its time is the longer of arithmetic and traffic, plus what starting its loops takes.
//
// Arithmetic. Lanes lie along one of the roles, X; V of them make a vector, so X' = ceil(X/V) vectors, the other roles
// stay as they are, and there are batch'*M'*N'*K' vector FMAs. A register tile of r x v results, r <= M', v <= N',
// loads r + v operands for its r*v FMAs, and each result is stored once in K' of them, at half the rate of loads:
//     cycles/FMA = max(work / fmaPerCycle, (1/r + 1/v + 2/K') / loadsPerCycle, fmaLatency / chains),
// where chains are the FMAs that do not wait for each other: r*v times the batch, or times K' if the lanes lie along K.
// Accumulators take three quarters of the registers (6x2 of 16, 12x2 of 32). Lanes along K are folded once a result.
// The time is that of the best X: layouts are the planner's to find. So a matrix product runs near the peak, a product
// of a matrix and a vector is bound by loads, an outer product by stores, and an extent of V + 1 wastes half of its
// vectors.
//
// Traffic. Each operand is read and the result is written once, from the nearest cache that holds all three.
//
// Times are of one thread and in cycles, so neither clocks nor the number of threads change an order.
#pragma once

#include <cstdint>

namespace einjit::tensor {

/// What the model knows of a machine. The defaults are a plain one, where no target is named.
struct MachineRates {
  double vectorBytes = 16;
  double vectorRegisters = 16;
  double fmaPerCycle = 1; ///< of full vectors
  double fmaLatency = 4;
  double loadsPerCycle = 2; ///< of full vectors, from L1
  double l1Bytes = 32 << 10, l2Bytes = 256 << 10, l3Bytes = 2 << 20;
  double l2BytesPerCycle = 32, l3BytesPerCycle = 16, memoryBytesPerCycle = 4;
};

/// What multiplying and adding elements of one type takes.
struct ElementRates {
  double bytes = 4;
  double work = 1; ///< FMAs of vectors of such elements for one multiply-add: 2 of complex numbers
  double multiplyFlops = 1, addFlops = 1;
};

/// A product of two by its roles; each extent is at least 1.
struct PairShape {
  double batch = 1, m = 1, n = 1, k = 1;
  double leftBytes = 0, rightBytes = 0, resultBytes = 0;
  double points() const { return batch * m * n * k; }
};

struct Estimate {
  double cycles = 0, flops = 0, bytes = 0;
  Estimate &operator+=(const Estimate &other) {
    cycles += other.cycles;
    flops += other.flops;
    bytes += other.bytes;
    return *this;
  }
};

class PairModel {
public:
  PairModel(const MachineRates &rates, const ElementRates &element);

  const ElementRates &element() const { return element_; }
  /// Cycles of a product. O(1).
  double cycles(const PairShape &shape) const;
  /// What no product of so many points takes less than: each multiplied at the peak.
  double leastCycles(double points) const;
  Estimate product(const PairShape &shape) const;
  /// A sum over some indices of one operand, which is a pass over it.
  Estimate sum(double points, double operandBytes, double resultBytes) const;
  /// All `factors` multiplied at each point of one nest of loops: as many operations a point, and half as many loads,
  /// since a register tile reuses about half of the operands.
  Estimate nest(double points, double factors, double bytes) const;

private:
  enum class Lanes { Batch, M, N, K };
  double arithmetic(const PairShape &shape, Lanes lanes) const;
  double traffic(double bytes) const;

  MachineRates rates_;
  ElementRates element_;
  double lanes_, accumulators_;
};

} // namespace einjit::tensor
