// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What makes a layout in memory one that can be used.
#pragma once

#include "Support/Diagnostic.h"
#include <einjit/Type.h>
#include <optional>

namespace einjit {

/// What is wrong with a type that somebody gives, if anything: too many axes, negative extents, another number of
/// strides than of axes, or elements that no memory holds. `subject` is what messages call the operand, which has a
/// type.
std::optional<Diagnostic> typeMistake(const std::string &subject, const ErrorOperand &operand);

/// Whether all elements of a type lie less than 2^62 bytes away from the first. Its shape has been checked, and has as
/// many axes as there are strides, if any are written.
bool staysInReach(const TensorType &type);

/// Whether elements lie in places of their own, as far as it shows axis by axis: each steps over all that those with
/// shorter steps reach. The type stays in reach.
bool elementsAreApart(const TensorType &type);

} // namespace einjit
