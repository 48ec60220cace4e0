// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Compiler.h"
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace einjit::bench {
namespace {

/// A folder of its own that goes away in the end.
class TemporaryFolder {
public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "einjit-bench-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

bool succeeds(const std::string &command) { return std::system(command.c_str()) == 0; }

} // namespace

std::shared_ptr<Library> Library::open(const std::string &path) {
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  return handle ? std::shared_ptr<Library>(new Library(handle)) : nullptr;
}

Library::~Library() { dlclose(handle_); }

void *Library::address(const char *name) const { return dlsym(handle_, name); }

bool hasCCompiler() {
  static const bool has = succeeds(fmt::format("{} --version >/dev/null 2>&1", cCompiler));
  return has;
}

std::shared_ptr<Library> compileC(const std::string &text) {
  if (!hasCCompiler()) return nullptr;
  const TemporaryFolder folder;
  if (folder.path().empty()) return nullptr;
  const std::string source = folder.path() + "/loops.c", object = folder.path() + "/loops.so";
  std::ofstream(source) << text;
  const bool compiled =
      succeeds(fmt::format("{} -std=c11 {} -fPIC -shared '{}' -o '{}' -lmvec -lm", cCompiler, cFlags, source, object));
  return compiled ? Library::open(object) : nullptr;
}

} // namespace einjit::bench
