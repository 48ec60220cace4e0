// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <einjit/Export.h>
#include <einjit/Type.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace einjit {

/// A result, and an input in whose memory it may be called for; both by number.
struct InPlace {
  std::size_t result = 0; ///< in the order of the kernel's results
  std::size_t input = 0;  ///< in the order of its inputs
  friend bool operator==(const InPlace &, const InPlace &) = default;
};

/// How to compile and run.
struct Options {
  /// `host`, the name of a preset (`haswell`, `skylake-avx512`, …), or the text of a target description.
  std::string target = "host";
  /// Threads a kernel may use; 0 means all cores.
  int threads = 1;
  /// Element type of literals that meet no other type, and of `zeros`, `ones` … where none is given.
  DType dtype = DType::F32;
  /// Refuse size-1 broadcasting of a named index.
  bool strict = false;
  /// Keep the written order of sums and do not contract to FMA: the results are bit for bit the interpreter's.
  bool exact = false;
  /// Names whose values a program returns, instead of its last statement's.
  std::vector<std::string> results = {};
  /// Types that the results must have, with the strides of the memory that they are for: a kernel writes such memory
  /// directly, and any other through a copy. No types mean whatever results there are, row-major.
  std::vector<TensorType> resultTypes = {};
  /// Results that may be the memory of an input, in the same layout, as of `y` in `y = y + 2 * x`. A kernel then works
  /// in place if each element depends on the input's element of the same place and no other; else, as without this, it
  /// computes beside that memory where a call has the two in one.
  std::vector<InPlace> inPlace = {};
  /// Most bytes a kernel may need for temporaries, all threads together, beside its inputs and results. A contraction
  /// then takes the fastest order that keeps it; a program that cannot is refused.
  std::optional<std::int64_t> memoryLimit = {};
  /// Look up and keep kernels in the process's cache, and in the one on disk.
  bool cache = true;
  /// Look up and keep kernels on disk. Without `cache` this means nothing.
  bool diskCache = true;
  friend bool operator==(const Options &, const Options &) = default;
};

/// The options of every call that is given none. At first they are what the environment says: `EINJIT_TARGET`,
/// `EINJIT_THREADS`, `EINJIT_DTYPE`, `EINJIT_STRICT`, `EINJIT_EXACT`, `EINJIT_MEMORY_LIMIT`, each with the values that
/// the flag of that name takes on the command line, or `on` or `off` where it takes none, and `EINJIT_CACHE` with `on`
/// or `off` for `diskCache`. Throws einjit::Error where one of them has no such value.
EINJIT_API Options defaultOptions();
/// Sets them for all threads, from the next call on.
EINJIT_API void setDefaultOptions(Options options);

/// `1000`, `64KiB`, `2MiB`, `1GiB`, as a number of bytes; nothing for any other text and for sizes that do not fit 63
/// bits.
EINJIT_API std::optional<std::int64_t> parseByteSize(std::string_view text);

} // namespace einjit
