// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "Support/Result.h"
#include <einjit/Tensor.h>
#include <string>

namespace einjit {

/// As loadNpy, but what is wrong with the file is a value: one FileError or NpyFormat without a place.
Result<AnyTensor> readNpy(const std::string &path);

} // namespace einjit
