// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <einjit/Tensor.h>
#include <optional>
#include <type_traits>

namespace einjit::cli {

/// Calls `visit` with a pointer to the tensor's elements, of their own C++ type.
template <class Visit> decltype(auto) withElements(const AnyTensor &tensor, Visit visit) {
  switch (tensor.type().dtype) {
  case DType::Bool: return visit(static_cast<const bool *>(tensor.data()));
  case DType::I8: return visit(static_cast<const std::int8_t *>(tensor.data()));
  case DType::U8: return visit(static_cast<const std::uint8_t *>(tensor.data()));
  case DType::I32: return visit(static_cast<const std::int32_t *>(tensor.data()));
  case DType::I64: return visit(static_cast<const std::int64_t *>(tensor.data()));
  case DType::F16: return visit(static_cast<const Half *>(tensor.data()));
  case DType::BF16: return visit(static_cast<const BFloat16 *>(tensor.data()));
  case DType::F32: return visit(static_cast<const float *>(tensor.data()));
  case DType::F64: return visit(static_cast<const double *>(tensor.data()));
  case DType::C64: return visit(static_cast<const std::complex<float> *>(tensor.data()));
  case DType::C128: return visit(static_cast<const std::complex<double> *>(tensor.data()));
  }
  __builtin_unreachable();
}

/// The value of a scalar integer, which a program may use as an extent; nothing for any other tensor.
inline std::optional<std::int64_t> integerScalar(const AnyTensor &tensor) {
  if (tensor.type().rank() != 0 || !isInteger(tensor.type().dtype)) return std::nullopt;
  return withElements(tensor, []<class T>(const T *element) -> std::optional<std::int64_t> {
    if constexpr (std::is_integral_v<T>)
      return static_cast<std::int64_t>(*element);
    else
      return std::nullopt;
  });
}

} // namespace einjit::cli
