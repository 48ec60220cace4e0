// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Random.h"
#include <einjit/Type.h>
#include <string>

namespace einjit::test {

/// A suffix that views a tensor of this shape differently: `.T`, `.expand(-1, 3)`, `[1:, None, ::-2]`.
std::string randomView(Random &random, const std::vector<std::int64_t> &shape);

} // namespace einjit::test
