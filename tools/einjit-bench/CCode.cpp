// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CCode.h"
#include "Hoist.h"
#include "Overloaded.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::bench {
namespace {

constexpr int accumulated = 64; ///< sums in registers at a time: 8 vectors of 8 floats, or 4 of 16
constexpr int square = 16;      ///< one cache line of floats

bool has(std::string_view indices, char index) { return indices.find(index) != std::string_view::npos; }

std::string minus(std::string indices, std::string_view taken) {
  std::erase_if(indices, [&](char index) { return has(taken, index); });
  return indices;
}

/// What a reduction does at each step, as C.
struct Folding {
  std::string target; ///< the statement's element
  const Reduce &reduce;
  std::string value;

  std::string start() const { return reduce.fold == Fold::Sum ? "0" : "(T)-1e38"; }
  std::string into(const std::string &place) const {
    return reduce.fold == Fold::Sum ? fmt::format("{} += {};\n", place, value)
                                    : fmt::format("{0} = maximum({0}, {1});\n", place, value);
  }
};

void collect(const Expr &expr, std::vector<Access> &accesses) {
  std::visit(Overloaded{[](const Literal &) {}, [&](const Access &access) { accesses.push_back(access); },
                        [&](const Binary &binary) {
                          collect(*binary.left, accesses);
                          collect(*binary.right, accesses);
                        },
                        [&](const Call &call) {
                          for (const ExprPtr &argument : call.arguments) collect(*argument, accesses);
                        },
                        [&](const Reduce &reduce) { collect(*reduce.body, accesses); }},
             expr.node);
}

/// The loops around all statements: leading indices of the result that every statement has, but never all of a
/// statement's own where there are several, since a row must be left.
std::string sharedLoops(const std::vector<Statement> &statements) {
  if (statements.size() == 1) return "";
  std::string shared;
  for (char index : statements.back().indices) {
    const auto hasIt = [&](const Statement &statement) { return has(statement.indices, index); };
    if (!std::all_of(statements.begin(), statements.end(), hasIt)) break;
    if (shared.size() + 1 == statements.back().indices.size()) break;
    shared += index;
  }
  return shared;
}

class Writer {
public:
  Writer(const Formula &formula, LoopOrder order)
      : formula_(formula), order_(order), statements_(hoistReductions(formula)), shared_(sharedLoops(statements_)) {}

  std::string function(std::string_view name) {
    std::string parameters, arguments;
    for (std::size_t i = 0; i < formula_.inputs.size(); ++i) {
      parameters += fmt::format("const T *restrict {}, ", formula_.inputs[i].name);
      arguments += fmt::format("buffers[{}], ", i);
    }
    out_ += fmt::format("static void {}_body({}T *restrict result) {{\n", name, parameters);
    for (const Statement &statement : statements_)
      if (isTemporary(statement.name))
        out_ += fmt::format("static T {}[{}];\n", statement.name, size(minus(statement.indices, shared_)));
    open(shared_);
    for (const Statement &statement : statements_) write(statement);
    close(shared_);
    out_ += "}\n";
    out_ +=
        fmt::format("void {0}(void *const *buffers, void *scratch) {{ (void)scratch; {0}_body({1}buffers[{2}]); }}\n",
                    name, arguments, formula_.inputs.size());
    return std::move(out_);
  }

  double iterations() const {
    double iterations = 0;
    for (const Statement &statement : statements_) {
      const auto *reduce = std::get_if<Reduce>(&statement.value->node);
      iterations += spaceOf(statement.indices + (reduce ? reduce->over : ""), formula_.extents);
    }
    return iterations;
  }

  double scratchElements() const {
    double elements = 0;
    for (const Statement &statement : statements_)
      if (isTemporary(statement.name)) elements += spaceOf(minus(statement.indices, shared_), formula_.extents);
    return elements;
  }

private:
  bool isTemporary(const std::string &name) const {
    const auto same = [&](const Access &input) { return input.name == name; };
    return name != "result" && std::none_of(formula_.inputs.begin(), formula_.inputs.end(), same);
  }

  std::int64_t extent(char index) const { return formula_.extents.at(index); }
  std::int64_t size(std::string_view indices) const {
    std::int64_t size = 1;
    for (char index : indices) size *= extent(index);
    return size;
  }

  void open(std::string_view indices) {
    for (char index : indices)
      out_ += fmt::format("for (size_t i_{0} = 0; i_{0} < {1}; ++i_{0}) {{\n", index, extent(index));
  }
  void close(std::string_view indices) { out_ += std::string(indices.size(), '}') + "\n"; }

  std::string storedIndices(const Access &access) const {
    return isTemporary(access.name) ? minus(access.indices, shared_) : access.indices;
  }

  std::string element(const Access &access) const {
    std::string position = "0";
    for (const auto &[index, stride] : stridesOf(storedIndices(access), formula_.extents))
      position += fmt::format(" + {} * i_{}", stride, index);
    return fmt::format("{}[{}]", access.name, position);
  }

  std::string value(const Expr &expr) const {
    return std::visit(
        Overloaded{[](const Literal &literal) { return fmt::format("(T){}", literal.digits); },
                   [&](const Access &access) { return element(access); },
                   [&](const Binary &binary) {
                     return fmt::format("({} {} {})", value(*binary.left), binary.op, value(*binary.right));
                   },
                   [&](const Call &call) {
                     std::string arguments;
                     for (const ExprPtr &argument : call.arguments)
                       arguments += (arguments.empty() ? "" : ", ") + value(*argument);
                     return fmt::format("{}({})", call.function, arguments);
                   },
                   [](const Reduce &) -> std::string { throw std::logic_error("a reduction that was not hoisted"); }},
        expr.node);
  }

  /// How many elements are contiguous along this index; the result counts.
  int contiguous(const Statement &statement, char index) const {
    std::vector<Access> accesses = {{statement.name, statement.indices}};
    collect(*statement.value, accesses);
    return static_cast<int>(std::count_if(accesses.begin(), accesses.end(), [&](const Access &access) {
      const auto strides = stridesOf(storedIndices(access), formula_.extents);
      const auto found = strides.find(index);
      return found != strides.end() && found->second == 1;
    }));
  }

  /// The index of these along which most is contiguous, the last of equals; none of no indices.
  std::string mostContiguous(const Statement &statement, std::string_view indices) const {
    std::string best;
    for (char index : indices)
      if (best.empty() || contiguous(statement, index) >= contiguous(statement, best[0])) best = index;
    return best;
  }

  void write(const Statement &statement) {
    const std::string own = minus(statement.indices, shared_);
    if (const auto *reduce = std::get_if<Reduce>(&statement.value->node))
      writeReduction(statement, own, *reduce);
    else
      writeElements(statement, own);
  }

  void writeElements(const Statement &statement, const std::string &own) {
    const std::string inner = mostContiguous(statement, own), outer = minus(own, inner);
    const std::string store =
        fmt::format("{} = {};\n", element({statement.name, statement.indices}), value(*statement.value));
    const std::string other = mostContiguous(statement, outer);
    if (order_ == LoopOrder::Tiled && !other.empty() && contiguous(statement, other[0]) > 0) {
      writeTiles(minus(outer, other), other[0], inner[0], store);
    } else {
      open(outer + inner);
      out_ += store;
      close(own);
    }
  }

  void writeTiles(const std::string &outer, char a, char b, const std::string &store) {
    open(outer);
    for (char index : {a, b})
      out_ += fmt::format("for (size_t j_{0} = 0; j_{0} < {1}; j_{0} += {2}) {{\n", index, extent(index), square);
    for (char index : {a, b})
      out_ += fmt::format("for (size_t i_{0} = j_{0}; i_{0} < MIN(j_{0} + {2}, {1}); ++i_{0})\n", index, extent(index),
                          square);
    out_ += store + "}}\n";
    close(outer);
  }

  void writeReduction(const Statement &statement, const std::string &own, const Reduce &reduce) {
    const Folding folding{element({statement.name, statement.indices}), reduce, value(*reduce.body)};
    if (order_ == LoopOrder::Dot || own.empty()) return writeDot(statement, own, folding);
    const std::string inner = mostContiguous(statement, own), outer = minus(own, inner);
    const std::int64_t all = extent(inner[0]);
    const std::int64_t whole = order_ == LoopOrder::Accumulate ? all / accumulated * accumulated : 0;
    open(outer);
    if (whole > 0) writeAccumulated(inner, whole, folding);
    if (whole < all) writeRow(inner, whole, folding);
    close(outer);
  }

  /// The one value in a register, over all that is folded.
  void writeDot(const Statement &statement, const std::string &own, const Folding &folding) {
    const std::string &over = folding.reduce.over, inner = mostContiguous(statement, over);
    open(own);
    out_ += fmt::format("{{ T acc = {};\n", folding.start());
    open(minus(over, inner) + inner);
    out_ += folding.into("acc");
    close(over);
    out_ += fmt::format("{} = acc; }}\n", folding.target);
    close(own);
  }

  /// Blocks of values in registers along `inner`, as far as whole blocks go.
  void writeAccumulated(const std::string &inner, std::int64_t whole, const Folding &folding) {
    const std::string lanes =
        fmt::format("for (size_t l = 0; l < {}; ++l) {{ const size_t i_{} = j + l;\n", accumulated, inner);
    out_ += fmt::format("for (size_t j = 0; j < {}; j += {}) {{\nT acc[{}];\n", whole, accumulated, accumulated);
    out_ += lanes + fmt::format("(void)i_{}; acc[l] = {};\n}}\n", inner, folding.start());
    open(folding.reduce.over);
    out_ += lanes + folding.into("acc[l]") + "}\n";
    close(folding.reduce.over);
    out_ += lanes + fmt::format("{} = acc[l];\n}}\n}}\n", folding.target);
  }

  /// A row of values in memory along `inner`.
  void writeRow(const std::string &inner, std::int64_t from, const Folding &folding) {
    const std::string row =
        fmt::format("for (size_t i_{0} = {1}; i_{0} < {2}; ++i_{0}) ", inner, from, extent(inner[0]));
    out_ += row + fmt::format("{} = {};\n", folding.target, folding.start());
    open(folding.reduce.over);
    out_ += row + folding.into(folding.target);
    close(folding.reduce.over);
  }

  const Formula &formula_;
  LoopOrder order_;
  std::vector<Statement> statements_;
  std::string shared_, out_;
};

} // namespace

std::string cPrelude(DType dtype) {
  return fmt::format("#include <math.h>\n#include <stddef.h>\n#include <tgmath.h>\n"
                     "typedef {} T;\n#define MIN(a, b) ((a) < (b) ? (a) : (b))\n"
                     "static inline T maximum(T a, T b) {{ return a > b ? a : b; }}\n",
                     dtype == DType::F64 ? "double" : "float");
}

std::string cFunction(const Formula &formula, LoopOrder order, std::string_view name) {
  return Writer(formula, order).function(name);
}

double cIterations(const Formula &formula) { return Writer(formula, LoopOrder::Rows).iterations(); }

double cScratchBytes(const Formula &formula, DType dtype) {
  return Writer(formula, LoopOrder::Rows).scratchElements() * static_cast<double>(byteSize(dtype));
}

} // namespace einjit::bench
