// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Einsum strings read while compiling. It accepts what the run-time parser accepts, and says the same of what it
// refuses; a test holds one against the other.
#pragma once

#include <einjit/Type.h>
#include <einjit/detail/EinsumWords.h>
#include <optional>
#include <span>

namespace einjit::detail {

/// The labels of an operand's axes, or of the result's: `letters` of them in the table of labels from `first` on.
struct EinsumTerm {
  std::size_t first = 0, letters = 0;
  bool hasEllipsis = false;
  std::size_t ellipsis = 0;       ///< if there is one, it stands before the letter of this number
  std::size_t begin = 0, end = 0; ///< where the term stands in the text
};

/// An einsum string of at most `Length` bytes, taken apart. If `complaint` is set nothing else is meaningful.
template <std::size_t Length> struct EinsumText {
  std::size_t operandCount = 0;
  bool hasArrow = false;
  EinsumTerm operands[Length + 1] = {};
  /// The result's labels, whether they are written or follow from the operands.
  EinsumTerm output = {};
  char labels[2 * Length + 1] = {};
  std::optional<EinsumComplaint> complaint = {};

  constexpr std::string_view labelsOf(const EinsumTerm &term) const { return {labels + term.first, term.letters}; }

  /// The number of the result's axes for operands of these ranks, which fit their terms; dynamicRank if it takes a rank
  /// that is dynamicRank.
  constexpr int resultRank(std::span<const int> ranks) const {
    const int letters = static_cast<int>(output.letters);
    if (!output.hasEllipsis) return letters;
    int longest = 0;
    for (std::size_t i = 0; i < operandCount; ++i) {
      if (!operands[i].hasEllipsis) continue;
      if (ranks[i] == dynamicRank) return dynamicRank;
      longest = std::max(longest, ranks[i] - static_cast<int>(operands[i].letters));
    }
    return letters + longest;
  }
};

template <std::size_t Length> class EinsumReader {
public:
  constexpr explicit EinsumReader(std::string_view text) : text_(text) {}

  constexpr EinsumText<Length> read() {
    readTerms();
    if (!result_.complaint) checkLimits();
    if (!result_.complaint) result_.hasArrow ? checkOutput() : deriveOutput();
    return result_;
  }

private:
  constexpr void readTerms() {
    if (text_.size() > maxTextBytes) return complain({}, einsumTooLong(text_.size()));
    EinsumTerm *term = &result_.operands[result_.operandCount++];
    std::size_t at = startTerm(*term, 0);
    while (at < text_.size()) {
      const std::string_view rest = text_.substr(at);
      if (isLetter(rest[0])) {
        result_.labels[labelCount_++] = rest[0];
        ++term->letters;
        term->end = ++at;
      } else if (rest.starts_with("...") && !term->hasEllipsis) {
        term->hasEllipsis = true;
        term->ellipsis = term->letters;
        term->end = at += 3;
      } else if (rest[0] == ',' && !result_.hasArrow) {
        term = &result_.operands[result_.operandCount++];
        at = startTerm(*term, at + 1);
      } else if (rest.starts_with("->") && !result_.hasArrow) {
        result_.hasArrow = true;
        term = &result_.output;
        at = startTerm(*term, at + 2);
      } else {
        result_.complaint = einsumSyntax(text_, at, result_.hasArrow);
        return;
      }
      at = skipSpaces(at);
    }
  }

  constexpr std::size_t skipSpaces(std::size_t at) const {
    while (at < text_.size() && text_[at] == ' ') ++at;
    return at;
  }
  constexpr std::size_t startTerm(EinsumTerm &term, std::size_t at) const {
    term.first = labelCount_;
    return term.begin = term.end = skipSpaces(at);
  }

  constexpr void complain(const EinsumTerm &where, const MessageText &message) {
    if (!result_.complaint) result_.complaint = EinsumComplaint{where.begin, where.end, message};
  }
  constexpr void checkLimits() {
    if constexpr (Length >= maxEinsumOperands)
      if (result_.operandCount > maxEinsumOperands)
        complain(result_.operands[maxEinsumOperands], tooManyEinsumOperands(result_.operandCount));
    for (std::size_t i = 0; i < result_.operandCount; ++i) checkAxes(result_.operands[i]);
    checkAxes(result_.output);
  }
  constexpr void checkAxes(const EinsumTerm &term) {
    if (term.letters > maxRank) complain(term, tooManyEinsumAxes(term.letters, maxRank));
  }

  /// How often a label occurs in the operands, which have the first `end` labels.
  constexpr std::size_t occurrences(char label, std::size_t end) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < end; ++i) count += result_.labels[i] == label;
    return count;
  }

  constexpr void checkOutput() {
    const std::string_view output = result_.labelsOf(result_.output);
    for (std::size_t i = 0; i < output.size(); ++i) {
      if (output.find(output[i]) < i) return complain(placeOf(i), repeatedEinsumOutput(output.substr(i, 1)));
      if (occurrences(output[i], result_.output.first) == 0)
        return complain(placeOf(i), unknownEinsumOutput(output.substr(i, 1)));
    }
  }
  /// Where the output's label of this number stands.
  constexpr EinsumTerm placeOf(std::size_t label) const {
    std::size_t at = result_.output.begin;
    for (std::size_t seen = 0;; ++at)
      if (isLetter(text_[at]) && seen++ == label) break;
    EinsumTerm place;
    place.begin = at;
    place.end = at + 1;
    return place;
  }

  /// Without an arrow: the ellipsis' axes, then the labels that occur exactly once, in ASCII order.
  constexpr void deriveOutput() {
    EinsumTerm &output = result_.output;
    output.first = labelCount_;
    for (std::size_t i = 0; i < result_.operandCount; ++i) output.hasEllipsis |= result_.operands[i].hasEllipsis;
    for (char label = 'A'; label <= 'z'; ++label)
      if (occurrences(label, output.first) == 1) result_.labels[output.first + output.letters++] = label;
  }

  std::string_view text_;
  EinsumText<Length> result_ = {};
  std::size_t labelCount_ = 0;
};

/// Takes an einsum string of at most `Length` bytes apart; one of more than maxTextBytes is refused whatever `Length`
/// is. Time grows with the text's length times the number of its labels, which are letters.
template <std::size_t Length> constexpr EinsumText<Length> readEinsum(std::string_view text) {
  return EinsumReader<Length>(text).read();
}

/// Prints a term as the canonical text has it, and gives the number of characters.
constexpr std::size_t printEinsumTerm(char *to, std::string_view labels, const EinsumTerm &term) {
  std::size_t size = 0;
  for (std::size_t i = 0; i <= labels.size(); ++i) {
    if (term.hasEllipsis && term.ellipsis == i)
      for (int dot = 0; dot < 3; ++dot) to[size++] = '.';
    if (i < labels.size()) to[size++] = labels[i];
  }
  return size;
}

/// The canonical text: without spaces, the output as it was written or not written. `to` has room for the text's bytes;
/// gives the number of characters.
template <std::size_t Length> constexpr std::size_t printEinsum(char *to, const EinsumText<Length> &einsum) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < einsum.operandCount; ++i) {
    if (i > 0) to[size++] = ',';
    size += printEinsumTerm(to + size, einsum.labelsOf(einsum.operands[i]), einsum.operands[i]);
  }
  if (!einsum.hasArrow) return size;
  to[size++] = '-';
  to[size++] = '>';
  return size + printEinsumTerm(to + size, einsum.labelsOf(einsum.output), einsum.output);
}

} // namespace einjit::detail
