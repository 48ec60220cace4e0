// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Runtime/FileWriter.h"
#include "Runtime/Layout.h"
#include "Runtime/NpyHeader.h"
#include "Support/Attempt.h"
#include <algorithm>
#include <einjit/Npy.h>

namespace einjit {
namespace {

/// NumPy has no bf16, but every one of them is an f32.
AnyTensor toFloat(const ConstTensorRef &tensor) {
  AnyTensor narrow(tensor.type()), wide(TensorType{DType::F32, narrow.shape()});
  copyToRowMajor(tensor, narrow.data());
  const auto *from = static_cast<const BFloat16 *>(narrow.data());
  std::copy(from, from + narrow.size(), static_cast<float *>(wide.data()));
  return wide;
}

/// Memory that is row-major.
void writeNpy(const std::string &path, const ConstTensorRef &tensor) {
  const TensorType type = tensor.type();
  const auto count = static_cast<std::size_t>(elementCount(type).value_or(0));
  writeFile(path, {npyPreamble(type.dtype, type.shape),
                   {static_cast<const char *>(tensor.data), count * byteSize(tensor.dtype)}});
}

void save(const std::string &path, const ConstTensorRef &tensor) {
  if (tensor.dtype == DType::BF16) return save(path, toFloat(tensor));
  if (tensor.type().isRowMajor()) return writeNpy(path, tensor);
  AnyTensor rowMajor(tensor.type());
  copyToRowMajor(tensor, rowMajor.data());
  writeNpy(path, rowMajor);
}

} // namespace

Expected<void> trySaveNpy(const std::string &path, const ConstTensorRef &tensor, const std::source_location &where) {
  return attempt(where, [&] {
    checkReadable(tensor);
    save(path, tensor);
  });
}

void saveNpy(const std::string &path, const ConstTensorRef &tensor, const std::source_location &where) {
  trySaveNpy(path, tensor, where).value();
}

} // namespace einjit
