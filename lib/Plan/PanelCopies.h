// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops that copy operands into panels: in which order they read, what of them are vectors, which threads share.
#pragma once

#include "Loop/Steps/Step.h"
#include "Plan/PlannedLoop.h"
#include "Plan/TiledOp.h"

namespace einjit::plan {

/// Elements that one iteration of the loop moves the operand by.
std::int64_t distance(const OpFacts &facts, std::size_t operand, const PlannedLoop &loop);

class PanelCopies {
public:
  /// Panels of `vectors`, if there is such an operand, are copied in the order in which it lies in memory.
  PanelCopies(const TiledOp &op, std::optional<std::size_t> vectors, std::vector<loop::Step> &steps)
      : op_(op), facts_(op_.facts), vectors_(vectors), steps_(steps) {}

  /// Adds the steps that make a panel in the loop `at`, one axis for each of `over`. `lanes` are those of the tile.
  void pack(std::size_t operand, const std::string &at, const PlannedLoops &over, const std::string &lanes,
            const std::string &reason);
  /// Adds the steps that make copies vectors; after all other steps that name their loops.
  void vectorize();
  /// Adds steps for threads to share the copies that stand outside of the loop `outermost` of the nest.
  void share(const PlannedLoops &nest, const std::string &outermost, std::int64_t threads);
  bool areMadeIn(const std::string &loop) const;
  /// Whether some are of the operand.
  bool areOf(std::size_t operand) const;
  /// Whether the operand's copy is made in that loop.
  bool isMadeIn(std::size_t operand, const std::string &loop) const;
  /// Elements of the panels that are made in one iteration of the loop.
  double elementsMadeIn(const std::string &loop) const;

private:
  struct Copy {
    std::size_t operand;
    std::string at;     ///< the loop that it is made in; may be empty
    PlannedLoops loops; ///< around its vectors, outermost first
    double elements = 0;
  };
  struct Lanes {
    std::string loop;
    std::vector<std::string> unrolled;
  };

  void add(auto action, std::string reason) { steps_.push_back({std::move(action), std::move(reason)}); }
  bool isContiguous(std::size_t operand, const PlannedLoop &loop) const { return distance(facts_, operand, loop) == 1; }
  std::string padded(std::size_t operand, const PlannedLoops &over) const;
  std::int64_t blockSide(const PlannedLoop &loop, std::int64_t lanes) const;
  PlannedLoops vectorizeCopy(std::size_t operand, PlannedLoops copies, const std::string &tileLanes);
  void writeFewPanels(PlannedLoops &copies);
  void splitRow(PlannedLoop row, std::int64_t lanes, PlannedLoops &copies);
  void orderByDistance(std::size_t operand, std::size_t lanes, const PlannedLoop *contiguous,
                       PlannedLoops &loops) const;
  void shareCopy(const Copy &copy, const PlannedLoops &nest, const std::string &outermost, std::int64_t threads);

  const TiledOp &op_;
  const OpFacts &facts_;
  const std::optional<std::size_t> vectors_;
  std::vector<loop::Step> &steps_;
  std::vector<Copy> copies_;
  std::vector<Lanes> lanes_;
};

} // namespace einjit::plan
