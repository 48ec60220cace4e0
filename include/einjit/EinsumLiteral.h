// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings that are template arguments: read, and held against the types of their operands, while compiling.
#pragma once

#include <array>
#include <einjit/FixedString.h>
#include <einjit/Promotion.h>
#include <einjit/detail/EinsumText.h>
#include <einjit/detail/OperandTraits.h>
#include <einjit/detail/Report.h>
#include <tuple>

namespace einjit {

namespace detail {

/// The message with the place in the einsum string that it is about.
constexpr MessageText einsumMessage(MessageText message, std::string_view text, std::optional<std::size_t> at) {
  if (at) return message << ", at column " << *at + 1 << " of " << text;
  return message << ", in " << (text.empty() ? "an empty einsum string" : text);
}

/// What is wrong with an einsum of these operands, as far as their types tell; nothing if all is well. Of several
/// mistakes it is the one that the run-time diagnostics say first, but for those of the string alone, which come
/// before those of operands.
template <std::size_t Length>
constexpr std::optional<MessageText> einsumMistake(std::string_view text, const EinsumText<Length> &einsum,
                                                   std::span<const OperandFacts> operands) {
  if (einsum.complaint) return einsumMessage(einsum.complaint->message, text, einsum.complaint->begin);
  if (operands.size() != einsum.operandCount)
    return einsumMessage(wrongEinsumOperandCount(einsum.operandCount, operands.size()), text, {});
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const EinsumTerm &term = einsum.operands[i];
    const OperandFacts &operand = operands[i];
    if (!operand.isOperand)
      return einsumMessage(MessageText("operand ") << i << " is no tensor and no view of one", text, term.begin);
    if (operand.rank == dynamicRank) continue;
    const auto rank = static_cast<std::size_t>(operand.rank);
    if (rank < term.letters || (rank > term.letters && !term.hasEllipsis))
      return einsumMessage(wrongEinsumRank(i, rank, term.letters), text, term.begin);
  }
  return {};
}

/// What is wrong with memory for the result, whose type may be known in part.
constexpr std::optional<MessageText> einsumOutputMistake(std::string_view text, std::optional<DType> dtype, int rank,
                                                         const OperandFacts &output, bool isWritable) {
  MessageText message;
  if (!output.isOperand)
    message << "the output, which is behind the operands, is no tensor and no view of one";
  else if (!isWritable)
    message << "the output, which is behind the operands, is const";
  else if (dtype && output.dtype && *dtype != *output.dtype)
    message << "the result has elements of " << name(*dtype) << ", but the output of " << name(*output.dtype);
  else if (rank != dynamicRank && output.rank != dynamicRank && rank != output.rank)
    message << "the result has rank " << static_cast<std::size_t>(rank) << ", but the output rank "
            << static_cast<std::size_t>(output.rank);
  else
    return {};
  return einsumMessage(message, text, {});
}

} // namespace detail

/// The einsum string `String`, read while compiling by the rules that hold at run time. All members are constants. A
/// malformed string instantiates without an error, with no operands and an empty text: check() is what reports it.
template <FixedString String> struct EinsumLiteral {
private:
  static constexpr std::size_t length = String.view().size();

  static constexpr std::size_t canonicalLength(const auto &parts) {
    char buffer[length + 1] = {};
    return parts.complaint ? 0 : detail::printEinsum(buffer, parts);
  }

public:
  /// Its terms, and the labels of the result.
  static constexpr detail::EinsumText<length> parsed = detail::readEinsum<length>(String.view());
  /// Whether the string on its own is right, whatever its operands.
  static constexpr bool isWellFormed = !parsed.complaint;
  /// The number of operands it needs.
  static constexpr std::size_t operandCount = isWellFormed ? parsed.operandCount : 0;

private:
  static constexpr auto canonical = [] {
    std::array<char, canonicalLength(parsed) + 1> result = {};
    if (isWellFormed) detail::printEinsum(result.data(), parsed);
    return result;
  }();

  template <class... Operands>
  static constexpr std::array<detail::OperandFacts, sizeof...(Operands)> facts = {detail::factsOf<Operands>...};

  template <class... Operands> struct Mistake {
    static constexpr std::optional<detail::MessageText> found =
        detail::einsumMistake(String.view(), parsed, std::span<const detail::OperandFacts>(facts<Operands...>));
    static constexpr detail::MessageText message = found.value_or(detail::MessageText());
  };

public:
  /// The canonical text, without spaces; a 0 follows it.
  static constexpr std::string_view text = {canonical.data(), canonical.size() - 1};

  /// Whether operands of these types fit, as far as their types tell.
  template <class... Operands> static constexpr bool fits = !Mistake<Operands...>::found;

  /// The element type of the result for operands of these types; nothing where an operand's is known at run time only.
  template <class... Operands>
  static constexpr std::optional<DType> resultDType =
      (detail::factsOf<Operands>.dtype && ...)
          ? std::optional(promote({detail::factsOf<Operands>.dtype.value_or(DType::Bool)...}))
          : std::nullopt;

  /// The rank of the result for operands of these types; dynamicRank where it depends on a rank that is known at run
  /// time only. Operands that do not fit give dynamicRank.
  template <class... Operands>
  static constexpr int resultRank = [] {
    if constexpr (fits<Operands...>) {
      constexpr std::array<int, sizeof...(Operands)> ranks = {detail::factsOf<Operands>.rank...};
      return parsed.resultRank(std::span<const int>(ranks));
    } else {
      return dynamicRank;
    }
  }();

  /// Makes the compiler report what is wrong with an einsum of operands of these types: a malformed string, an index of
  /// the output that no operand has or that is repeated, a wrong number of operands, what is no tensor, or a known rank
  /// that does not fit its term. The first line of its message shows the string and says what is wrong, in the words of
  /// the run-time diagnostics.
  template <class... Operands> static constexpr void check() {
    using Found = Mistake<Operands...>;
    if constexpr (Found::found.has_value()) detail::report<Found>(detail::MessagePieces<Found>());
  }

  /// The same for memory of type `Output`, possibly a reference, that is to take the result of operands that fit: it
  /// must be writable, and have the result's element type and rank where they are known.
  template <class Output, class... Operands> static constexpr void checkOutput() {
    using Found = OutputMistake<Output, Operands...>;
    if constexpr (fits<Operands...> && Found::found.has_value()) detail::report<Found>(detail::MessagePieces<Found>());
  }

  /// Both for the arguments of a call: the operands and, if there is one argument more, behind them the memory.
  template <class... Arguments> static constexpr void checkCall() {
    if constexpr (isWellFormed && sizeof...(Arguments) == operandCount + 1)
      checkSplit<std::tuple<Arguments...>>(std::make_index_sequence<operandCount>());
    else
      check<Arguments...>();
  }

private:
  template <class Output, class... Operands> struct OutputMistake {
    static constexpr std::optional<detail::MessageText> found =
        detail::einsumOutputMistake(String.view(), resultDType<Operands...>, resultRank<Operands...>,
                                    detail::factsOf<Output>, WritableTensor<Output>);
    static constexpr detail::MessageText message = found.value_or(detail::MessageText());
  };

  template <class Arguments, std::size_t... operand> static constexpr void checkSplit(std::index_sequence<operand...>) {
    check<std::tuple_element_t<operand, Arguments>...>();
    checkOutput<std::tuple_element_t<operandCount, Arguments>, std::tuple_element_t<operand, Arguments>...>();
  }
};

} // namespace einjit
