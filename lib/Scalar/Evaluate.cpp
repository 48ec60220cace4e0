// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Scalar/Evaluate.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace einjit::scalar {
namespace {

/// `f` applied to `count` arguments as values of the C++ type they share, which must be one of Types.
template <std::size_t count, class... Types, class F> Scalar apply(std::span<const Scalar> arguments, F f) {
  if (arguments.size() != count) throw std::logic_error("wrong number of arguments of a scalar op");
  return std::visit(
      [&]<class T>(T) -> Scalar {
        if constexpr ((std::same_as<T, Types> || ...))
          return [&]<std::size_t... i>(std::index_sequence<i...>) -> Scalar {
            return f(std::get<T>(arguments[i])...);
          }(std::make_index_sequence<count>{});
        else
          throw std::logic_error("a scalar op does not apply to this type");
      },
      arguments[0]);
}

template <std::size_t count, class F> Scalar onNumbers(std::span<const Scalar> arguments, F f) {
  return apply<count, std::int32_t, std::int64_t, float, double>(arguments, f);
}
template <std::size_t count, class F> Scalar onFloats(std::span<const Scalar> arguments, F f) {
  return apply<count, float, double>(arguments, f);
}
template <std::size_t count, class F> Scalar onBools(std::span<const Scalar> arguments, F f) {
  return apply<count, bool>(arguments, f);
}
template <class F> Scalar compare(std::span<const Scalar> arguments, F f) {
  return apply<2, bool, std::int32_t, std::int64_t, float, double>(arguments, [&](auto a, auto b) { return f(a, b); });
}

/// `f` in arithmetic modulo 2^n for integers, in the type itself for floating point.
template <class F, class T> T wrapping(F f, T a, T b) {
  if constexpr (std::integral<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
  } else {
    return f(a, b);
  }
}

template <std::integral T> T negate(T a) { return wrapping(std::minus<>{}, T{0}, a); }
template <std::floating_point T> T negate(T a) { return -a; }
template <std::integral T> T absolute(T a) { return a < 0 ? negate(a) : a; }
template <std::floating_point T> T absolute(T a) { return std::fabs(a); }

template <std::integral T> T minimum(T a, T b) { return std::min(a, b); }
template <std::integral T> T maximum(T a, T b) { return std::max(a, b); }
template <std::floating_point T> T minimum(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? a : b;
  if (a == b) return std::signbit(a) ? a : b; // -0 < +0
  return a < b ? a : b;
}
template <std::floating_point T> T maximum(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) ? a : b;
  if (a == b) return std::signbit(a) ? b : a;
  return a < b ? b : a;
}

} // namespace

Scalar evaluate(ScalarOp op, DType type, std::span<const Scalar> arguments) {
  switch (op) {
  case ScalarOp::Add: return onNumbers<2>(arguments, [](auto a, auto b) { return wrapping(std::plus<>{}, a, b); });
  case ScalarOp::Sub: return onNumbers<2>(arguments, [](auto a, auto b) { return wrapping(std::minus<>{}, a, b); });
  case ScalarOp::Mul:
    return onNumbers<2>(arguments, [](auto a, auto b) { return wrapping(std::multiplies<>{}, a, b); });
  case ScalarOp::Div: return onFloats<2>(arguments, [](auto a, auto b) { return a / b; });
  case ScalarOp::Fma: return onFloats<3>(arguments, [](auto a, auto b, auto c) { return std::fma(a, b, c); });
  case ScalarOp::Neg: return onNumbers<1>(arguments, [](auto a) { return negate(a); });
  case ScalarOp::Abs: return onNumbers<1>(arguments, [](auto a) { return absolute(a); });
  case ScalarOp::Sqrt: return onFloats<1>(arguments, [](auto a) { return std::sqrt(a); });
  case ScalarOp::Min: return onNumbers<2>(arguments, [](auto a, auto b) { return minimum(a, b); });
  case ScalarOp::Max: return onNumbers<2>(arguments, [](auto a, auto b) { return maximum(a, b); });
  case ScalarOp::And: return onBools<2>(arguments, [](bool a, bool b) { return a && b; });
  case ScalarOp::Or: return onBools<2>(arguments, [](bool a, bool b) { return a || b; });
  case ScalarOp::Not: return onBools<1>(arguments, [](bool a) { return !a; });
  case ScalarOp::Lt: return compare(arguments, std::less<>{});
  case ScalarOp::Le: return compare(arguments, std::less_equal<>{});
  case ScalarOp::Gt: return compare(arguments, std::greater<>{});
  case ScalarOp::Ge: return compare(arguments, std::greater_equal<>{});
  case ScalarOp::Eq: return compare(arguments, std::equal_to<>{});
  case ScalarOp::Ne: return compare(arguments, std::not_equal_to<>{});
  case ScalarOp::Select: return std::get<bool>(arguments[0]) ? arguments[1] : arguments[2];
  case ScalarOp::Cast: return convert(arguments[0], type);
  }
  throw std::logic_error("unknown scalar op");
}

Scalar evaluate(const Expr &expr, const Leaves &leaves) {
  std::vector<Scalar> values, arguments;
  values.reserve(expr.nodes.size());
  for (const Node &node : expr.nodes) {
    values.push_back(std::visit(Overloaded{
                                    [&](const Operand &operand) { return leaves.operand(operand.index); },
                                    [&](const Accumulator &) { return leaves.accumulator(); },
                                    [&](const Literal &literal) { return literal.value; },
                                    [&](const Apply &apply) {
                                      arguments.clear();
                                      for (NodeId id : apply.arguments) arguments.push_back(values[id.index()]);
                                      return evaluate(apply.op, node.type, arguments);
                                    },
                                },
                                node.kind));
  }
  return values.back();
}

} // namespace einjit::scalar
