// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Shell.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace einjit::test {
namespace {

/// Programs are looked for among the tools, then among the examples, then where they always are; the library where it
/// was built.
void preparePath() {
  static const bool once = [] {
    const char *known = std::getenv("PATH");
    const std::string built = EINJIT_BINARY_DIR;
    return setenv("PATH", (built + "/bin:" + built + "/examples:" + (known ? known : "")).c_str(), 1) == 0 &&
           setenv("LD_LIBRARY_PATH", (built + "/lib").c_str(), 1) == 0;
  }();
  if (!once) throw std::runtime_error("cannot set PATH and LD_LIBRARY_PATH");
}

} // namespace

Shell::Shell() {
  preparePath();
  std::string pattern = (std::filesystem::temp_directory_path() / "einjit-page-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
  path_ = at_ = pattern;
}

// The folders on the way to `at` are real ones, so that `..` leads back.
Shell::Shell(const std::filesystem::path &root, const std::filesystem::path &at) : Shell() {
  std::filesystem::path from = root;
  for (auto next = at.begin();; ++next) {
    const std::filesystem::path inside = next == at.end() ? std::filesystem::path() : *next;
    for (const auto &entry : std::filesystem::directory_iterator(from))
      if (entry.path().filename() != inside)
        std::filesystem::create_symlink(entry.path(), at_ / entry.path().filename());
    if (inside.empty()) return;
    from /= inside;
    at_ /= inside;
    std::filesystem::create_directory(at_);
  }
}

std::string Shell::run(const std::string &command) const {
  const std::filesystem::path script = at_ / ".command";
  std::ofstream(script) << command << "\n";
  const std::string line = "cd '" + at_.string() + "' && bash .command 2>&1 </dev/null";
  struct Close {
    void operator()(std::FILE *pipe) const { pclose(pipe); }
  };
  const std::unique_ptr<std::FILE, Close> pipe(popen(line.c_str(), "r"));
  if (!pipe) throw std::runtime_error("cannot run bash");
  std::string output;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) output += static_cast<char>(c);
  return output;
}

} // namespace einjit::test
