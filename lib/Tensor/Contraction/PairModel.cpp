// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/PairModel.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace einjit::tensor {
namespace {

/// Cycles to enter and leave the loops of one op: a mispredicted branch for each of two or three of them.
constexpr double startCycles = 40;
/// Instructions that fold the lanes of a register: a shuffle and an add for each halving.
constexpr double foldInstructions = 10;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Quotients of large products are rounded; an extent a hair above a multiple of the lanes is that multiple.
double vectorsOf(double extent, double lanes) { return std::max(1.0, std::ceil(extent / lanes - 1e-9)); }

} // namespace

PairModel::PairModel(const MachineRates &rates, const ElementRates &element)
    : rates_(rates), element_(element), lanes_(std::max(1.0, rates.vectorBytes / element.bytes)),
      accumulators_(rates.vectorRegisters * 3 / 4) {}

double PairModel::arithmetic(const PairShape &shape, Lanes lanes) const {
  PairShape vectors = shape;
  double &side = lanes == Lanes::Batch ? vectors.batch
                 : lanes == Lanes::M   ? vectors.m
                 : lanes == Lanes::N   ? vectors.n
                                       : vectors.k;
  side = vectorsOf(side, lanes_);
  // The squarest tile that fits, longer where the other side is short.
  const double square = std::sqrt(accumulators_);
  double rows = std::min(vectors.m, square);
  const double columns = std::min(vectors.n, accumulators_ / rows);
  rows = std::min(vectors.m, accumulators_ / columns);
  const double loads = 1 / rows + 1 / columns + 2 / vectors.k;
  const double independent = rows * columns * (lanes == Lanes::K ? vectors.k : vectors.batch);
  const double wait = vectors.k > 1 ? rates_.fmaLatency / std::min(independent, accumulators_) : 0;
  const double each = std::max({element_.work / rates_.fmaPerCycle, loads / rates_.loadsPerCycle, wait});
  const double fold = lanes == Lanes::K && shape.k > 1 ? shape.points() / shape.k * foldInstructions : 0;
  return vectors.points() * each + fold / rates_.fmaPerCycle;
}

double PairModel::traffic(double bytes) const {
  if (bytes <= rates_.l1Bytes) return 0; // counted as loads and stores
  if (bytes <= rates_.l2Bytes) return bytes / rates_.l2BytesPerCycle;
  return bytes / (bytes <= rates_.l3Bytes ? rates_.l3BytesPerCycle : rates_.memoryBytesPerCycle);
}

double PairModel::cycles(const PairShape &shape) const {
  // A role of extent 1 fills no lanes.
  double work = shape.n > 1 || shape.points() == 1 ? arithmetic(shape, Lanes::N) : infinity;
  if (shape.m > 1) work = std::min(work, arithmetic(shape, Lanes::M));
  if (shape.batch > 1) work = std::min(work, arithmetic(shape, Lanes::Batch));
  if (shape.k > 1) work = std::min(work, arithmetic(shape, Lanes::K));
  return std::max(work, traffic(shape.leftBytes + shape.rightBytes + shape.resultBytes)) + startCycles;
}

double PairModel::leastCycles(double points) const {
  return points / lanes_ * element_.work / rates_.fmaPerCycle + startCycles;
}

Estimate PairModel::product(const PairShape &shape) const {
  const double flops = element_.multiplyFlops + (shape.k > 1 ? element_.addFlops : 0);
  return {cycles(shape), shape.points() * flops, shape.leftBytes + shape.rightBytes + shape.resultBytes};
}

Estimate PairModel::sum(double points, double operandBytes, double resultBytes) const {
  const double bytes = operandBytes + resultBytes;
  const double work = vectorsOf(points, lanes_) / std::min(rates_.fmaPerCycle, rates_.loadsPerCycle);
  return {std::max(work, traffic(bytes)) + startCycles, points * element_.addFlops, bytes};
}

Estimate PairModel::nest(double points, double factors, double bytes) const {
  const double each = std::max(element_.work * factors / rates_.fmaPerCycle, factors / 2 / rates_.loadsPerCycle);
  const double flops = (factors - 1) * element_.multiplyFlops + element_.addFlops;
  return {std::max(vectorsOf(points, lanes_) * each, traffic(bytes)) + startCycles, points * flops, bytes};
}

} // namespace einjit::tensor
