// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules by which shapes of several operands become one; those of their element types are public.
#pragma once

#include <einjit/Promotion.h>
#include <optional>
#include <vector>

namespace einjit::tensor {

using Shape = std::vector<std::int64_t>;

/// NumPy's broadcasting: shapes align from the right; extents are equal, or one of them is 1. Nothing if they differ.
std::optional<Shape> broadcast(const Shape &a, const Shape &b);
/// The one extent two axes broadcast to, or nothing.
std::optional<std::int64_t> broadcastExtent(std::int64_t a, std::int64_t b);

} // namespace einjit::tensor
