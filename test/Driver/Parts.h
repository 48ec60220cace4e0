// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <einjit/Error.h>
#include <string>

namespace einjit::test {

/// What a report says as data, in one line: `index j; sizes 3, 4; operand 0 (ij): f32[2,3], axis 1`. In brackets stands
/// what the operand is called, or its text in `source`.
inline std::string partsOf(const ErrorReport &report, const std::string &source) {
  std::string text = report.index.empty() ? "" : "index " + report.index;
  const auto part = [&] { text += text.empty() ? "" : "; "; };
  if (!report.sizes.empty()) {
    part();
    for (std::size_t i = 0; i < report.sizes.size(); ++i)
      text += (i == 0 ? "sizes " : ", ") + std::to_string(report.sizes[i]);
  }
  for (const ErrorOperand &operand : report.operands) {
    part();
    const auto &[begin, end] = operand.range;
    const std::string name = operand.name.empty() ? source.substr(begin, end - begin) : operand.name;
    text += operand.isOutput ? "output" : "operand";
    if (operand.number) text += " " + std::to_string(*operand.number);
    if (!name.empty()) text += " (" + name + ")";
    text += ": " + (operand.type ? str(*operand.type) : "no tensor");
    if (operand.axis) text += ", axis " + std::to_string(*operand.axis);
    if (operand.expected) text += ", not " + str(*operand.expected);
  }
  return text;
}

} // namespace einjit::test
