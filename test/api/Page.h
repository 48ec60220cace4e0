// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A page of the documentation, whose examples can be run.
//
// In a block marked `console` a line `$ command` (going on in lines `> …`) is followed by what the command prints. In a
// table with the heading `| program | gives |` each row holds a program in backquotes and the value that `einjit eval`
// prints for it, on one line.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace einjit::test {

/// What a command prints.
using RunCommand = std::function<std::string(const std::string &command)>;

/// The page's text with the output of every command and the value of every program as `run` gives them.
std::string refreshed(const std::string &page, const RunCommand &run);

/// The texts of the blocks marked with this language.
std::vector<std::string> blocks(const std::string &page, const std::string &language);

/// The files that the page links to, as it writes them; addresses on the web are none.
std::vector<std::string> linkedFiles(const std::string &page);

} // namespace einjit::test
