// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Expected.h>
#include <einjit/Export.h>
#include <einjit/Tensor.h>
#include <string>

namespace einjit {

/// Reads a NumPy `.npy` file (format versions 1 to 3, C or Fortran order, little-endian `?`, `i1`, `u1`, `i4`,
/// `i8`, `f2`, `f4`, `f8`, `c8`, `c16`) into a row-major tensor. Throws einjit::Error, naming the file, for anything
/// else: a header that lies about its length, a file with fewer or more bytes than its shape says, an element type
/// einjit does not have.
EINJIT_API AnyTensor loadNpy(const std::string &path,
                             const std::source_location &where = std::source_location::current());
/// The same, the error as a value.
EINJIT_API Expected<AnyTensor> tryLoadNpy(const std::string &path,
                                          const std::source_location &where = std::source_location::current());

/// Writes a row-major `.npy` file of version 1 (or the lowest that fits). The file appears whole or not at all: it is
/// written beside its place and then renamed. `bf16`, which NumPy lacks, becomes `f4`. Throws einjit::Error, naming the
/// file.
EINJIT_API void saveNpy(const std::string &path, const ConstTensorRef &tensor,
                        const std::source_location &where = std::source_location::current());
/// The same, the error as a value.
EINJIT_API Expected<void> trySaveNpy(const std::string &path, const ConstTensorRef &tensor,
                                     const std::source_location &where = std::source_location::current());

} // namespace einjit
