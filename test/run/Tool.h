// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Running the command-line tool as a user does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace einjit::test {

struct Ran {
  int code = -1; ///< exit code, or minus the signal that ended it
  std::string out, err;
};

/// Runs the tool with these arguments and this standard input.
Ran run(const std::vector<std::string> &arguments, const std::string &input = "");

/// A folder of the test's own, removed at the end.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  std::string file(const std::string &name) const { return (path_ / name).string(); }
  /// A new file with this content.
  std::string write(const std::string &name, const std::string &content) const;
  std::size_t fileCount() const;

private:
  std::filesystem::path path_;
};

} // namespace einjit::test
