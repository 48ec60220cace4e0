// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transposition of a block of elements in registers, in memory's form (Memory.h).
//
// A block has `lanes` rows of `columns` elements, both powers of two. Rows lie in memory; columns are what vector code
// computes with, a lane for each row.
#pragma once

#include "CodeGen/Types.h"

namespace einjit::codegen {

struct TransposedBlock {
  DType type;
  std::int64_t lanes;   ///< at most a machine vector's
  std::int64_t columns; ///< at most `lanes`
};

/// The columns of a block: `columns` vectors of `lanes` elements. A row that is null has undefined elements.
///
/// Takes columns * log2(columns) two-source shuffles, those inside 128 bits first, after lanes/columns rows each have
/// been put side by side into one vector.
llvm::SmallVector<llvm::Value *> columnsOf(Builder &ir, const TransposedBlock &block,
                                           llvm::ArrayRef<llvm::Value *> rows);

/// The same of rows one behind the other, in `columns` vectors of `lanes` elements; with that many shuffles more.
llvm::SmallVector<llvm::Value *> columnsOfAdjacent(Builder &ir, const TransposedBlock &block,
                                                   llvm::ArrayRef<llvm::Value *> vectors);

/// The rows of a block: `lanes` vectors of `columns` elements.
llvm::SmallVector<llvm::Value *> rowsOf(Builder &ir, const TransposedBlock &block,
                                        llvm::ArrayRef<llvm::Value *> columns);

/// The rows one behind the other: `columns` vectors of `lanes` elements.
llvm::SmallVector<llvm::Value *> adjacentRowsOf(Builder &ir, const TransposedBlock &block,
                                                llvm::ArrayRef<llvm::Value *> columns);

} // namespace einjit::codegen
