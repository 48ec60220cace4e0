// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors about two operands whose sizes do not fit, as text and data that are made of the same operands.
#pragma once

#include "Support/Diagnostic.h"

namespace einjit::tensor {

/// An axis of an operand, and the place of the index that stands on it.
struct IndexOnAxis {
  ErrorOperand operand;
  SourceRange range;
};
/// `index` stands on two axes of different sizes: each size is shown under the index, and the operands below.
Diagnostic axesDisagree(DiagnosticKind kind, std::string message, std::string index, IndexOnAxis a, IndexOnAxis b,
                        std::string help);

/// Two operands whose shapes do not fit: each shape is shown under its operand. The sizes that disagree are those of
/// the axes that are meant, or else the numbers of axes.
Diagnostic shapesDisagree(DiagnosticKind kind, std::string message, ErrorOperand a, ErrorOperand b, std::string help);
/// Says of two operands that do not broadcast which axes are meant: the last whose sizes differ without one being 1,
/// not counting the last `matrixAxes` of both.
void meanBroadcastAxes(ErrorOperand &a, ErrorOperand &b, std::size_t matrixAxes = 0);

} // namespace einjit::tensor
