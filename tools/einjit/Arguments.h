// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The arguments of a program, as given on the command line: `[NAME=]FILE.npy` or `[NAME=]DTYPE[d0,d1,...]`.
#pragma once

#include <einjit/Tensor.h>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace einjit::cli {

/// Where an argument's elements come from: a file's tensor, or a type that gets filled with the pattern.
using ArgumentValue = std::variant<AnyTensor, TensorType>;

struct Argument {
  std::string name; ///< empty where none is given
  ArgumentValue value;
};

/// Reads the arguments, loading the files. Throws einjit::Error for what is neither form, for names given to some
/// arguments only, and for a name given twice.
std::vector<Argument> parseArguments(const std::vector<std::string> &texts);

TensorType typeOf(const Argument &argument);

/// The value of argument number k, if it is a scalar integer.
std::optional<std::int64_t> valueOf(const Argument &argument, std::size_t k);

/// The tensors themselves, in order: those of files, and new ones filled with the pattern for their places.
std::vector<AnyTensor> materialise(std::vector<Argument> arguments);

/// The pattern: element n (row-major) of argument k, both counted from 0, is v = (7n + 3k) mod 13 - 6 as an integer,
/// v / 4 as a float (which f32 and f64 hold exactly), and whether v is odd as a bool.
AnyTensor patterned(const TensorType &type, std::size_t k);

inline constexpr std::string_view patternHelp =
    "DTYPE[d0,d1,...] is filled with a pattern: element n (row-major) of argument k, counted from 0, is "
    "v = (7n + 3k) mod 13 - 6; a float is v/4, a bool whether v is odd.";

} // namespace einjit::cli
