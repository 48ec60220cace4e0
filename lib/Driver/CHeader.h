// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C header of a kernel that was saved as an object file.
#pragma once

#include "Driver/Pipeline.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// Whether a C and a C++ program can have a function of this name.
bool isCName(std::string_view text);

/// What the object file of a kernel offers and needs.
struct SavedFunction {
  std::string symbol;
  std::int64_t scratchBytes = 0;
  std::vector<std::string> needed; ///< the functions it takes from elsewhere
};

/// The header, valid in C99 and in C++: what the function computes, its declaration with typed pointers, the memory
/// each of them points at, and the bytes of scratch.
std::string cHeader(const Compilation &made, const SavedFunction &function);

} // namespace einjit
