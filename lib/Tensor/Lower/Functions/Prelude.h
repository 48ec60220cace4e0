// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The prelude: functions that are definitions in the language itself, in Prelude.ein.
#pragma once

#include "Syntax/Ast.h"
#include <string>
#include <string_view>
#include <vector>

namespace einjit::tensor {

/// Places in the prelude are counted from here, beyond the end of any program.
inline constexpr std::uint32_t preludeBegin = std::uint32_t{1} << 31;
constexpr bool isInPrelude(SourceRange range) { return range.begin >= preludeBegin; }

extern const std::string_view preludeText;

/// The definition of that name, or null. The first call of a process parses the prelude.
const ast::Define *preludeDefinition(const std::string &name);
/// The names of all that the prelude defines, in its order.
std::vector<std::string> preludeNames();

} // namespace einjit::tensor
