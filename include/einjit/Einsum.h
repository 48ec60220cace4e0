// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings given at run time. Those that are checked while compiling are in EinsumExpression.h.
#pragma once

#include <algorithm>
#include <array>
#include <einjit/Kernel.h>
#include <einjit/detail/Program.h>
#include <tuple>

namespace einjit {

/// An einsum string and the place in the code that it stands at; made by itself from whatever is a string.
struct EinsumString {
  std::string_view text;      ///< the string; must outlive this
  std::source_location where; ///< what errors name
  /// The place is that of the call that is given the string.
  template <std::convertible_to<std::string_view> String>
  constexpr EinsumString(const String &string, std::source_location place = std::source_location::current())
      : text(string), where(place) {}
};

/// Memory that takes a result, scaled. See into().
template <class Output> struct Into {
  Output output;           ///< a view, or a reference to a tensor
  detail::Scaling scaling; ///< the factors
};

namespace detail {
template <class T> inline constexpr bool isInto = false;
template <class Output> inline constexpr bool isInto<Into<Output>> = true;

template <class T> const T &memoryOf(const T &argument) { return argument; }
template <class Output> const Output &memoryOf(const Into<Output> &into) { return into.output; }

/// The memory that an argument is, or says that it is scaled into.
template <class T> struct MemoryOf {
  using Type = T;
};
template <class T>
  requires isInto<std::remove_cvref_t<T>>
struct MemoryOf<T> {
  using Type = decltype(std::remove_cvref_t<T>::output);
};
} // namespace detail

/// Says that a result goes to `output`, as `output = alpha * result + beta * output`. A `beta` of 0 does not read the
/// memory, so that whatever was there, NaN included, is gone. The factors are converted to the output's element type.
/// Of a tensor it keeps a reference, of a view, or of what is viewed, the view: they, or their memory, must outlive it.
template <WritableTensor Output>
auto into(Output &&output, std::complex<double> alpha = 1, std::complex<double> beta = 0) {
  if constexpr (std::is_lvalue_reference_v<Output> && std::convertible_to<Output, TensorRef> &&
                !detail::isOwnView<std::remove_cvref_t<Output>>)
    return Into<Output>{output, {alpha, beta}};
  else if constexpr (Viewable<Output>)
    return Into<ViewOf<Output>>{asView(output), {alpha, beta}};
  else
    return Into<TensorRef>{static_cast<TensorRef>(output), {alpha, beta}};
}

/// Evaluates an einsum string. With one argument more than the string has operands, the last is memory for the result,
/// of its element type and extents and in any layout, which may overlap the operands; what is returned is then empty.
///
/// Compiles on the first call; later ones with operands of the same element types, extents and strides find the kernel
/// again, which takes some tens of nanoseconds and allocates nothing but the result. Safe to call from several threads
/// at once. Throws einjit::Error, whose `where()` is this call, for a malformed string or operands that do not fit.
template <TensorLike... Arguments> AnyTensor einsum(EinsumString string, Arguments &&...arguments) {
  return detail::withArguments(
      [&](std::span<const detail::Argument> all) { return detail::einsum(string.text, all, string.where); },
      std::forward<Arguments>(arguments)...);
}

/// Evaluates an einsum string into memory: `einsum("ij,jk->ik", a, b, into(c, 2, 1))` is `c = 2 * a @ b + c`.
template <class... Arguments>
  requires((... && (TensorLike<Arguments> || detail::isInto<Arguments>)) && (... + detail::isInto<Arguments>) == 1)
void einsum(EinsumString string, const Arguments &...arguments) {
  constexpr std::size_t count = sizeof...(Arguments);
  constexpr bool isInto[] = {detail::isInto<Arguments>...};
  constexpr auto position = static_cast<std::size_t>(std::ranges::find(isInto, true) - isInto);
  const auto &target = std::get<position>(std::tie(arguments...));
  detail::withArguments(
      [&](std::span<const detail::Argument> all) {
        std::array<ConstTensorRef, count> inputs;
        for (std::size_t i = 0; i + 1 < count; ++i) inputs[i] = all[i + (i >= position)].tensor;
        detail::einsumInto(string.text, {inputs.data(), count - 1}, static_cast<TensorRef>(target.output),
                           target.scaling, string.where);
      },
      detail::memoryOf(arguments)...);
}

/// The same, of either kind, but an error is returned, not thrown.
template <class... Arguments>
  requires requires(EinsumString string, Arguments &&...arguments) {
    einsum(string, std::forward<Arguments>(arguments)...);
  }
auto tryEinsum(EinsumString string, Arguments &&...arguments) {
  return attempt([&] { return einsum(string, std::forward<Arguments>(arguments)...); });
}

/// Evaluates an einsum string on any number of operands, with options of its own.
EINJIT_API AnyTensor einsum(std::string_view string, std::span<const ConstTensorRef> operands, const Options &options,
                            const std::source_location &where = std::source_location::current());
/// The same, but an error is returned, not thrown.
inline Expected<AnyTensor> tryEinsum(std::string_view string, std::span<const ConstTensorRef> operands,
                                     const Options &options,
                                     const std::source_location &where = std::source_location::current()) {
  return attempt([&] { return einsum(string, operands, options, where); });
}

} // namespace einjit
