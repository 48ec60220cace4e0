// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings given at run time. Those that are checked while compiling are in EinsumLiteral.h.
#pragma once

#include <einjit/Kernel.h>
#include <einjit/detail/Program.h>

namespace einjit {

/// An einsum string and the place in the code that it stands at; made by itself from whatever is a string.
struct EinsumString {
  std::string_view text;
  std::source_location where;
  template <std::convertible_to<std::string_view> String>
  constexpr EinsumString(const String &string, std::source_location place = std::source_location::current())
      : text(string), where(place) {}
};

/// Memory that takes a result, scaled: `output = alpha * result + beta * output`. See into().
struct Into {
  TensorRef output;
  detail::Scaling scaling;
};

/// Says that a result goes to `output`, as `output = alpha * result + beta * output`. A `beta` of 0 does not read the
/// memory, so that whatever was there, NaN included, is gone. The factors are converted to the output's element type.
template <WritableTensor Output>
Into into(Output &&output, std::complex<double> alpha = 1, std::complex<double> beta = 0) {
  return {static_cast<TensorRef>(output), {alpha, beta}};
}

/// Evaluates an einsum string. With one argument more than the string has operands, the last is memory for the result,
/// of its element type and extents and in any layout, which may overlap the operands; what is returned is then empty.
///
/// Compiles on the first call; later ones with operands of the same element types, extents and strides find the kernel
/// again, which takes some tens of nanoseconds and allocates nothing but the result. Safe to call from several threads
/// at once. Throws einjit::Error, whose `where()` is this call, for a malformed string or operands that do not fit.
template <TensorLike... Arguments> AnyTensor einsum(EinsumString string, Arguments &&...arguments) {
  const detail::Argument all[] = {detail::argument(std::forward<Arguments>(arguments))..., {}};
  return detail::einsum(string.text, std::span(all, sizeof...(arguments)), string.where);
}

/// Evaluates an einsum string into memory: `einsum("ij,jk->ik", a, b, into(c, 2, 1))` is `c = 2 * a @ b + c`.
template <class... Arguments>
  requires(sizeof...(Arguments) > 0 && (... && (TensorLike<Arguments> || std::same_as<Arguments, Into>)) &&
           (... + std::same_as<Arguments, Into>) == 1)
void einsum(EinsumString string, const Arguments &...arguments) {
  ConstTensorRef inputs[sizeof...(arguments)];
  std::size_t count = 0;
  const Into *target = nullptr;
  const auto take = [&](const auto &argument) {
    if constexpr (std::same_as<std::remove_cvref_t<decltype(argument)>, Into>)
      target = &argument;
    else
      inputs[count++] = argument;
  };
  (take(arguments), ...);
  detail::einsumInto(string.text, std::span(inputs, count), target->output, target->scaling, string.where);
}

/// Evaluates an einsum string on any number of operands, with options of its own.
EINJIT_API AnyTensor einsum(std::string_view string, std::span<const ConstTensorRef> operands, const Options &options);

} // namespace einjit
