// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random programs of array and index notation, computed by einjit and by NumPy. Shapes and types must be the same, and
// elements too where they are defined to the last bit; where roundings add up, within the bound that comes with each
// element (arrays.py says how it is derived).
//
//   EINJIT_NUMPY_SEED=1 EINJIT_NUMPY_CASES=1000 test-numpy    the programs of seeds 1 to 1000
//   EINJIT_NUMPY_SEED=77 EINJIT_NUMPY_CASES=1 test-numpy      one of them again, as a failure names it
#include "Cases.h"
#include "Driver/Pipeline.h"
#include "Interp/Elements.h"
#include "Interp/TensorInterpreter.h"
#include "Tensor/Lower/Lowering.h"
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <einjit/einjit.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <regex>
#include <set>

namespace einjit::test {
namespace {

std::uint64_t fromEnvironment(const char *name, std::uint64_t otherwise) {
  const char *value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

/// Distance of two numbers; 0 where both are NaN or the same infinity.
double distance(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)) ? 0 : std::abs(a - b); }

/// As far apart as their parts are; integers to the last unit.
double distance(const Scalar &a, const Scalar &b) {
  if (!isFloat(dtypeOfScalar(a)) && !isComplex(dtypeOfScalar(a))) return identical(a, b) ? 0 : HUGE_VAL;
  const auto x = std::get<std::complex<double>>(convert(a, DType::C128));
  const auto y = std::get<std::complex<double>>(convert(b, DType::C128));
  return std::max(distance(x.real(), y.real()), distance(x.imag(), y.imag()));
}

/// The types that a statement's program is compiled for, and the memory it reads.
struct Bound {
  std::vector<Binding> bindings;
  std::vector<ConstTensorRef> refs;
};

class Comparison {
public:
  Comparison(const Cases &cases, const NumpyCase &drawn) : cases_(cases), case_(drawn) {}

  /// Whether both sides agree.
  bool run() {
    const std::size_t count = case_.statements.size();
    std::string difference = compare(count, case_.results, targetOf(case_.seed), case_.seed % 8 == 3);
    if (difference.empty()) return true;
    // The first statement that goes wrong on its own says more than the whole program.
    for (std::size_t i = 0; i < count; ++i)
      if (const std::string first = compare(i + 1, {i}, "host", false); !first.empty()) {
        difference = first;
        break;
      }
    ADD_FAILURE() << "EINJIT_NUMPY_CASES=1 EINJIT_NUMPY_SEED=" << case_.seed << "\n" << difference;
    return false;
  }

private:
  /// Mostly this machine; sometimes a narrower one that it can stand in for.
  static std::string targetOf(std::uint64_t seed) {
    static constexpr const char *names[] = {"host", "host", "haswell", "host", "x86-64-v2", "host", "host", "host"};
    const std::string wanted = names[seed % 8];
    return runsOnHost(*findTarget(wanted)) ? wanted : "host";
  }

  Bound bind(std::size_t count) const {
    Bound bound;
    for (const CaseInput &input : case_.inputsOf(count)) {
      bound.bindings.push_back(input.binding);
      // Refers to extents that stay where they are when the bindings are moved.
      bound.refs.emplace_back(cases_.at(input.first), bound.bindings.back().type);
    }
    return bound;
  }

  /// Compiles the first `count` statements and compares results; what is wrong, or nothing.
  std::string compare(std::size_t count, const std::vector<std::size_t> &results, const std::string &target,
                      bool interpret) const {
    const Bound bound = bind(count);
    Options options;
    options.target = target;
    options.cache = false;
    std::vector<std::string> names;
    for (std::size_t result : results) names.push_back(case_.statements[result].name);
    // Asked for by name, or what the last line has.
    std::string text = case_.text(count);
    if (case_.seed % 4 == 1)
      text += fmt::format("{}\n", fmt::join(names, ", "));
    else if (case_.seed % 4 != 2 || results != std::vector{count - 1})
      options.results = names;
    try {
      const std::vector<AnyTensor> actual =
          interpret ? interpreted(text, bound, options) : compiled(text, bound, options);
      for (std::size_t i = 0; i < results.size(); ++i)
        if (const std::string wrong = difference(actual[i], case_.statements[results[i]]); !wrong.empty())
          return describe(text, bound, target) + "result " + names[i] + ": " + wrong;
    } catch (const std::exception &error) {
      return describe(text, bound, target) + error.what();
    }
    return {};
  }

  static std::vector<AnyTensor> compiled(const std::string &text, const Bound &bound, const Options &options) {
    return compileProgram(text, bound.bindings, options).run(bound.refs);
  }

  static std::vector<AnyTensor> interpreted(const std::string &text, const Bound &bound, const Options &options) {
    const auto lowered = lowerToLoops({text, false, bound.bindings}, options);
    if (!lowered) throwError(lowered.errors(), text);
    return interpretTensor(lowered->tensor, bound.refs);
  }

  std::string difference(const AnyTensor &actual, const Statement &expected) const {
    if (actual.type().dtype != expected.type.dtype || actual.shape() != expected.type.shape)
      return fmt::format("{}, but NumPy has {}", str(actual.type()), str(expected.type));
    for (std::int64_t i = 0; i < actual.size(); ++i) {
      const Scalar a = loadElement(actual.data(), expected.type.dtype, i);
      const Scalar b = loadElement(cases_.at(expected.elements), expected.type.dtype, i);
      // Both are this far from what is right.
      const double bound = expected.bounds ? 2 * static_cast<const double *>(cases_.at(*expected.bounds))[i] : 0;
      if (!(distance(a, b) <= bound))
        return fmt::format("element {} of {} is {}, but NumPy has {} (bound {})", i, actual.size(), str(a), str(b),
                           bound);
    }
    return {};
  }

  static std::string describe(std::string text, const Bound &bound, const std::string &target) {
    for (const Binding &input : bound.bindings) text += fmt::format("  {}: {}\n", input.name, str(input.type));
    return text + fmt::format("  for {}\n", target);
  }

  const Cases &cases_;
  const NumpyCase &case_;
};

/// Draws the programs of `count` seeds from `first` on.
Cases makeCases(std::uint64_t first, std::uint64_t count) {
  const std::string path = fmt::format(EINJIT_BINARY_DIR "/test/numpy-cases-{}-{}", first, count);
  const std::string command =
      fmt::format("/usr/bin/python3 -B '{}/test/numpy/cases.py' {} {} '{}'", EINJIT_SOURCE_DIR, first, count, path);
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  return readCases(path);
}

/// Functions that are not drawn, and why.
constexpr std::pair<const char *, const char *> leftOut[] = {
    {"bf16", "NumPy has no such type"},
    {"load", "it reads a file"},
};
bool isLeftOut(const std::string &name) {
  return std::any_of(std::begin(leftOut), std::end(leftOut), [&](const auto &entry) { return name == entry.first; });
}

/// Names that the programs call.
std::set<std::string> namesCalled(const Cases &cases) {
  const std::regex call("([A-Za-z_0-9]+)[(\\[]");
  std::set<std::string> names;
  for (const NumpyCase &drawn : cases.all)
    for (const Statement &statement : drawn.statements)
      for (std::sregex_iterator at(statement.text.begin(), statement.text.end(), call), end; at != end; ++at)
        names.insert((*at)[1]);
  return names;
}

/// A new function cannot be forgotten: so many programs call each.
void expectAllFunctions(const Cases &cases) {
  const std::set<std::string> called = namesCalled(cases);
  for (const std::string &name : tensor::Lowering::functionNames())
    EXPECT_NE(called.contains(name), isLeftOut(name)) << name << ": features.py draws it, or leftOut says why not";
}

TEST(Numpy, ProgramsGiveNumpysResults) {
  const std::uint64_t count = fromEnvironment("EINJIT_NUMPY_CASES", 1000);
  const Cases cases = makeCases(fromEnvironment("EINJIT_NUMPY_SEED", 1), count);
  ASSERT_EQ(cases.all.size(), count);
  if (count >= 5000) expectAllFunctions(cases);
  std::size_t failures = 0;
  for (const NumpyCase &drawn : cases.all) {
    if (!Comparison(cases, drawn).run() && ++failures == fromEnvironment("EINJIT_NUMPY_FAILURES", 20)) break;
  }
}

} // namespace
} // namespace einjit::test
