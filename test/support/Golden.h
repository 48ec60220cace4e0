// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Golden tests: files `test/<folder>/*.golden`, each an input and the whole text expected of it:
//
//   # what this shows
//   # run: optional arguments for the action
//   input text
//   ====
//   expected text
//
// `--bless` on the test's command line (or EINJIT_BLESS=1 in the environment) rewrites the expected texts.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace einjit::test {

struct Golden {
  std::string path;      ///< of the file
  std::string name;      ///< of the file, without folder and ending
  std::string header;    ///< the comment lines, kept as they are
  std::string arguments; ///< what stands after `# run:`
  std::string input;
  std::string expected;
};

/// All goldens of a folder under test/, by name. Fails the running test if there are none.
std::vector<Golden> goldens(const std::string &folder);

/// Runs `action` on each golden of the folder and compares its whole text; fails the running test with a readable
/// difference, or rewrites the file when blessing.
void checkGoldens(const std::string &folder, const std::function<std::string(const Golden &)> &action);

/// Whether expected texts are to be rewritten.
bool isBlessing();

} // namespace einjit::test
