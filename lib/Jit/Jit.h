// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Object code made executable in this process.
#pragma once

#include "Support/Result.h"
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace einjit::jit {

/// The entry point of a kernel.
using Entry = void (*)(void *const *buffers, void *scratch);

/// Loaded code; it goes away with this object. Any number of threads may load, run and drop code at the same time.
class Code {
public:
  /// Links object files together and finds the entry symbol, which is the first one's. Fails if one is no object file
  /// for this machine, or a symbol is lacking.
  static Result<Code> load(std::span<const std::vector<char>> objects, const std::string &entry);
  static Result<Code> load(const std::vector<char> &object, const std::string &entry) {
    return load(std::span(&object, 1), entry);
  }
  Code(Code &&) noexcept;
  Code &operator=(Code &&) noexcept;
  ~Code();

  Entry entry() const { return entry_; }
  /// How many there are in the process.
  static std::uint64_t live();

private:
  struct Library;
  Code(std::unique_ptr<Library> library, Entry entry);
  std::unique_ptr<Library> library_;
  Entry entry_;
};

} // namespace einjit::jit
