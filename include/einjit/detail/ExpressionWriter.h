// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How expressions are written out as text of einjit's language, from where on they are what the same text is.
#pragma once

#include <complex>
#include <einjit/detail/Program.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace einjit::detail {

/// Writes an expression, operands before what is done with them: a stack of texts, each function taking its operands'
/// from it and leaving its own there. Brackets are put where the language needs them. Expressions are written when they
/// are compiled only.
class ExpressionWriter {
public:
  /// For an expression with these parameters, behind which Collected has put the numbers of the inputs of its leaves.
  /// No input is given one of the names in `indices`.
  EINJIT_API ExpressionWriter(std::span<const std::int64_t> parameters, std::size_t leafCount,
                              const std::set<std::string> &indices);

  // Operands.

  EINJIT_API void leaf();                       ///< the next tensor
  EINJIT_API void target();                     ///< the next tensor, to whose elements the statement assigns
  EINJIT_API void index(std::string_view name); ///< of index notation
  EINJIT_API void word(std::string_view text);  ///< as `:`, `None`
  EINJIT_API void integer();                    ///< the next parameter
  EINJIT_API void number(bool value);
  EINJIT_API void number(std::int64_t value);
  EINJIT_API void number(double value);
  EINJIT_API void number(float value); ///< as the shortest decimal number that is read as this float
  EINJIT_API void number(std::complex<double> value);
  EINJIT_API void integers(std::size_t count); ///< the next parameters: `[2, 3]`
  EINJIT_API void slice();                     ///< the next three: `0:64`, `::2`

  // What is done with operands.

  EINJIT_API void prefix(std::string_view op);
  EINJIT_API void infix(std::string_view op);
  EINJIT_API void swap();                  ///< the two operands on top
  EINJIT_API void list(std::size_t count); ///< `[a, b]`
  EINJIT_API void member(std::string_view name);
  EINJIT_API void subscript(std::size_t positions);
  /// `function(a, b, …)` of so many operands and of the arguments since.
  EINJIT_API void call(std::string_view function, std::size_t operands);
  /// `a.function(…)` of one operand and of the arguments since.
  EINJIT_API void method(std::string_view function);
  EINJIT_API void einsum(std::string_view string, std::size_t operands);
  /// `max[i,j](a)`; the indices lie above the operand.
  EINJIT_API void reduction(std::string_view function, std::size_t indices);

  // Arguments of the next call, with an empty keyword if they have none.

  EINJIT_API void argument(std::string_view keyword, std::string_view text);
  EINJIT_API void integerArgument(std::string_view keyword);
  EINJIT_API void doubleArgument(std::string_view keyword);
  /// `dim=1` of one parameter, `dim=[0, 2]` of several.
  EINJIT_API void integersArgument(std::string_view keyword, std::size_t count);
  /// The next parameters one after the other, as in `x.reshape(2, 3)`.
  EINJIT_API void spreadArguments(std::size_t count);
  /// How many parameters a list of integers has whose length is a parameter, too.
  EINJIT_API std::size_t listLength();
  EINJIT_API void skip(std::size_t count); ///< parameters

  // Statements.

  /// Gives the target's name to zeros of the next `rank` parameters' extents.
  EINJIT_API void declareTarget(std::string_view type, std::size_t rank);
  /// `out[i,j] op value`; the positions lie below the value.
  EINJIT_API void assign(std::string_view op, std::size_t positions);

  EINJIT_API ProgramText take();
  const std::set<std::string> &indices() const { return seen_; }

private:
  struct Text {
    std::string text;
    int precedence;
  };
  struct Keyword {
    std::string keyword, text;
  };
  std::int64_t next() { return parameters_[parameter_++]; }
  EINJIT_API void push(std::string text, int precedence);
  EINJIT_API Text pop();
  /// The text, in brackets unless it binds tighter than `precedence`.
  EINJIT_API std::string popTighterThan(int precedence);
  EINJIT_API std::string popAll(std::size_t count, std::string_view separator);
  EINJIT_API std::string arguments(std::string operands);
  EINJIT_API void inputNamed(const std::string &name);
  EINJIT_API std::string targetName() const;

  std::span<const std::int64_t> parameters_;
  std::size_t leafCount_;
  const std::set<std::string> &reserved_;
  std::size_t parameter_ = 0, leaf_ = 0;
  std::vector<Text> stack_;
  std::vector<Keyword> arguments_;
  std::vector<std::string> inputs_;
  std::string before_;
  std::set<std::string> seen_;
};

/// Writes the expression that `write` writes.
EINJIT_API ProgramText writeExpression(void (*write)(ExpressionWriter &), std::span<const std::int64_t> parameters,
                                       std::size_t leafCount);

/// Inputs are passed once, however often an expression has them: moves the different ones to the front of `inputs` and
/// returns their number. For each leaf the number of its input goes into `words`, in its turn, eight to a word.
EINJIT_API std::size_t shareInputs(std::span<ConstTensorRef> inputs, std::int64_t *words);
/// How many words that takes; none where nothing can be shared.
constexpr std::size_t sharingWords(std::size_t leafCount) {
  return leafCount > 1 && leafCount <= 255 ? (leafCount + 7) / 8 : 0;
}

/// For a bound of a slice that is left out.
inline constexpr std::int64_t noBound = std::int64_t{-1} << 63;

} // namespace einjit::detail
