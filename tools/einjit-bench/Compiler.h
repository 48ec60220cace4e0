// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C at run time, and libraries loaded by name.
#pragma once

#include <memory>
#include <string>

namespace einjit::bench {

/// A shared library, open as long as this is held. Its symbols are its own: several libraries that export the same
/// names (as every BLAS does) can be open at once.
class Library {
public:
  /// Null where there is no such library.
  static std::shared_ptr<Library> open(const std::string &path);
  ~Library();
  Library(const Library &) = delete;
  Library &operator=(const Library &) = delete;

  /// Null where the library has no such symbol.
  template <class Function> Function *find(const char *name) const {
    return reinterpret_cast<Function *>(address(name));
  }

private:
  explicit Library(void *handle) : handle_(handle) {}
  void *address(const char *name) const;
  void *handle_;
};

inline constexpr const char *cCompiler = "clang-19";
inline constexpr const char *cFlags = "-O3 -march=native -ffast-math -fveclib=libmvec";

/// Whether the C compiler can be run.
bool hasCCompiler();

/// The C text as a loaded library; null where the compiler is not there or refuses the text.
std::shared_ptr<Library> compileC(const std::string &text);

} // namespace einjit::bench
