// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// front-end-bench: how long it takes to parse a program and to check its shapes, for programs of about a hundred
// characters. Nobody should notice that a program is text.
#include "Support/Stopwatch.h"
#include "Syntax/Parser.h"
#include "Tensor/Lower/Program.h"
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace einjit {
namespace {

struct Example {
  const char *name, *text;
  std::vector<tensor::Input> inputs; ///< without names those of an einsum string
};

const std::vector<Example> &examples() {
  static const std::vector<Example> all = {
      {"einsum string",
       "...abcdef,...defghi,...ghijkl,jklmno->...abcmno",
       {{"", {DType::F32, {2, 3, 4, 5, 6, 7, 8}}},
        {"", {DType::F32, {2, 6, 7, 8, 2, 3, 4}}},
        {"", {DType::F32, {2, 2, 3, 4, 2, 3, 4}}},
        {"", {DType::F32, {2, 3, 4, 5, 6, 7}}}}},
      {"array notation",
       "scores = (q @ k.mT) / 8 + bias[None, :, :64]; weights = exp(scores - scores.max(-1, keepdim=True)); weights @ "
       "v",
       {{"q", {DType::F32, {8, 64, 32}}},
        {"k", {DType::F32, {8, 64, 32}}},
        {"v", {DType::F32, {8, 64, 32}}},
        {"bias", {DType::F32, {64, 128}}}}},
      {"index notation",
       "hidden[b,h] = x[b,i] * w[h,i] + bias[h]; out[b] = max[h](hidden[b,h] * gain[h]); centred[b] = out[b] - out[0]",
       {{"x", {DType::F32, {8, 64}}},
        {"w", {DType::F32, {32, 64}}},
        {"bias", {DType::F32, {32}}},
        {"gain", {DType::F32, {32}}}}},
      {"definitions",
       "def gate(x, w, h, u, b) = sigmoid(x @ w.T + (h @ u.T) + b)\ngate(x, w, h, u, b) * tanh(x @ w.T)",
       {{"x", {DType::F32, {8, 16}}},
        {"w", {DType::F32, {32, 16}}},
        {"h", {DType::F32, {8, 4}}},
        {"u", {DType::F32, {32, 4}}},
        {"b", {DType::F32, {32}}}}},
  };
  return all;
}

[[noreturn]] void fail(const Diagnostics &errors, const char *text) {
  fmt::print(stderr, "{}\n", render(errors, text));
  std::exit(1);
}

/// Seconds that parsing and checking take.
struct Times {
  double parse, check;
};

Times once(const Example &example) {
  const tensor::LowerOptions options;
  Stopwatch watch;
  if (example.inputs.front().name.empty()) {
    const auto einsum = parseEinsum(example.text);
    if (!einsum) fail(einsum.errors(), example.text);
    const double parse = watch.lap();
    std::vector<TensorType> types;
    for (const tensor::Input &input : example.inputs) types.push_back(input.type);
    const auto lowered = tensor::lowerEinsumProgram(*einsum, types, options);
    if (!lowered) fail(lowered.errors(), example.text);
    return {parse, watch.lap()};
  }
  const auto program = parseProgram(example.text);
  if (!program) fail(program.errors(), example.text);
  const double parse = watch.lap();
  const auto lowered = tensor::lowerProgram(*program, example.inputs, options);
  if (!lowered) fail(lowered.errors(), example.text);
  return {parse, watch.lap()};
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void measure(const Example &example, int rounds) {
  std::vector<double> parse, check;
  for (int i = 0; i < rounds; ++i) {
    const Times times = once(example);
    parse.push_back(times.parse);
    check.push_back(times.check);
  }
  fmt::print("{:<16}{:>10}{:>12.1f}{:>12.1f}{:>12.1f}\n", example.name, std::string_view(example.text).size(),
             median(parse) * 1e6, median(check) * 1e6, (median(parse) + median(check)) * 1e6);
}

} // namespace
} // namespace einjit

/// `front-end-bench [ROUNDS]`
int main(int argc, char **argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 2000;
  fmt::print("{:<16}{:>10}{:>12}{:>12}{:>12}\n", "", "characters", "parse us", "check us", "both us");
  for (const einjit::Example &example : einjit::examples()) einjit::measure(example, rounds);
}
