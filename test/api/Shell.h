// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running commands as a reader of the documentation types them.
#pragma once

#include <filesystem>
#include <string>

namespace einjit::test {

/// A new folder, removed at the end, in which commands may write files. The tools and the examples' programs are found
/// by their names.
class Shell {
public:
  Shell();
  /// The new folder looks like `root` (it holds links to what is in there), and commands run in its folder `at`.
  Shell(const std::filesystem::path &root, const std::filesystem::path &at);
  ~Shell() { std::filesystem::remove_all(path_); }
  Shell(const Shell &) = delete;
  Shell &operator=(const Shell &) = delete;

  /// What a command, which bash reads, writes to its standard output and standard error, in the order written.
  std::string run(const std::string &command) const;

private:
  std::filesystem::path path_, at_;
};

} // namespace einjit::test
