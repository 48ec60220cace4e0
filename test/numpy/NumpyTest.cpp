// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random programs of array notation, computed by einjit and by NumPy. Shapes and types must be the same, and elements
// too where they are defined to the last bit; where roundings add up, within the bound that comes with each element
// (arrays.py says how it is derived).
//
//   EINJIT_NUMPY_SEED=1 EINJIT_NUMPY_CASES=1000 test-numpy    the programs of seeds 1 to 1000
//   EINJIT_NUMPY_SEED=77 EINJIT_NUMPY_CASES=1 test-numpy      one of them again, as a failure names it
#include "Cases.h"
#include "Driver/Pipeline.h"
#include "Interp/Elements.h"
#include "Interp/TensorInterpreter.h"
#include <cmath>
#include <cstdlib>
#include <einjit/einjit.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

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

  void run() {
    const std::size_t count = case_.statements.size();
    std::string difference = compare(count, case_.results, targetOf(case_.seed), case_.seed % 8 == 3);
    if (difference.empty()) return;
    // The first statement that goes wrong on its own says more than the whole program.
    for (std::size_t i = 0; i < count; ++i)
      if (const std::string first = compare(i + 1, {i}, "host", false); !first.empty()) {
        difference = first;
        break;
      }
    ADD_FAILURE() << "EINJIT_NUMPY_CASES=1 EINJIT_NUMPY_SEED=" << case_.seed << "\n" << difference;
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
      bound.refs.emplace_back(cases_.at(input.first), input.binding.type);
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
    for (std::size_t result : results) options.results.push_back(case_.statements[result].name);
    try {
      const std::vector<AnyTensor> actual =
          interpret ? interpreted(count, bound, options) : compiled(count, bound, options);
      for (std::size_t i = 0; i < results.size(); ++i)
        if (const std::string wrong = difference(actual[i], case_.statements[results[i]]); !wrong.empty())
          return describe(count, bound, target) + "result " + options.results[i] + ": " + wrong;
    } catch (const std::exception &error) {
      return describe(count, bound, target) + error.what();
    }
    return {};
  }

  std::vector<AnyTensor> compiled(std::size_t count, const Bound &bound, const Options &options) const {
    return compileProgram(case_.text(count), bound.bindings, options).run(bound.refs);
  }

  std::vector<AnyTensor> interpreted(std::size_t count, const Bound &bound, const Options &options) const {
    const auto lowered = lowerToLoops({case_.text(count), false, bound.bindings}, options);
    if (!lowered) throwError(lowered.errors(), case_.text(count));
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

  std::string describe(std::size_t count, const Bound &bound, const std::string &target) const {
    std::string text = case_.text(count);
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

TEST(Numpy, ProgramsGiveNumpysResults) {
  const std::uint64_t count = fromEnvironment("EINJIT_NUMPY_CASES", 1000);
  const Cases cases = makeCases(fromEnvironment("EINJIT_NUMPY_SEED", 1), count);
  ASSERT_EQ(cases.all.size(), count);
  std::size_t failures = 0;
  for (const NumpyCase &drawn : cases.all) {
    Comparison(cases, drawn).run();
    if (HasFailure() && ++failures == fromEnvironment("EINJIT_NUMPY_FAILURES", 20)) break;
  }
}

} // namespace
} // namespace einjit::test
