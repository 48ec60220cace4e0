// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace einjit {

/// Writes a file of these pieces. It appears whole or not at all: it is written beside its place and then renamed,
/// except for pipes and devices, which cannot be replaced. Through a symbolic link the file that it points at is
/// replaced. Throws einjit::Error, naming the file.
void writeFile(const std::string &path, std::initializer_list<std::string_view> pieces);

} // namespace einjit
