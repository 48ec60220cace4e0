// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Support/Diagnostic.h"
#include <einjit/EinsumAxes.h>

namespace einjit {

std::string einsumString(std::span<const std::span<const int>> operands, std::optional<std::span<const int>> output) {
  const detail::AxisLists lists = {operands, output};
  if (const auto mistake = detail::axisListsMistake(lists))
    throwError({{DiagnosticKind::BadArguments,
                 str(*mistake),
                 {},
                 {},
                 "a list names each axis by a number from 0 on; `einjit::ellipsis` stands for any number of axes"}},
               {});
  std::string string;
  detail::printAxisLists(lists, [&](char c) { string += c; });
  return string;
}

} // namespace einjit
