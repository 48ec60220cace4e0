// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether an operand is copied into panels before it is multiplied: once for each panel, which all iterations that
// leave the operand in place then read, vector by vector and in order.
#pragma once

#include "Plan/Facts.h"
#include "Target/Target.h"

namespace einjit::plan {

/// The operand of a reduction to pack where iterator `v` becomes lanes; nothing if none, or more than one, is worth it.
///
/// An operand is worth it that moves with v and is read again in R = (iterations of the parallel iterators that leave
/// it in place) many: where its lanes are not neighbours, so that each is a load of its own, R >= 8 saves most of these
/// loads; where they are, R >= 64 if it is larger than L2, so that it would come from afar each time, unless sums are
/// short. Panels of all reduced points and a few vectors must fit half of L2.
std::optional<std::size_t> packedOperand(const OpFacts &facts, const Target &target, std::size_t v, std::int64_t lanes);

/// The operand to pack though every lane reads the same element of it: one whose elements for neighbouring reduced
/// iterations are pages apart, read in R >= 64 iterations again, and moved by a repeated iterator of the tile, so that
/// a panel has side by side what one step of the tile reads. It must fit L3, where the panels then are.
std::optional<std::size_t> packedBroadcast(const OpFacts &facts, const Target &target, std::size_t v,
                                           const std::vector<std::size_t> &repeated);

/// Load and store instructions that copying costs for each vector that is read: those of one copy, divided by R.
double packingInstructions(const OpFacts &facts, std::size_t operand, std::size_t v, std::int64_t lanes);

} // namespace einjit::plan
