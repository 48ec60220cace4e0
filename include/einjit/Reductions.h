// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that fold axes, and those along one axis.
#pragma once

#include <einjit/Index.h>
#include <einjit/detail/Arguments.h>

namespace einjit {

/// Behind the axes of a reduction: they stay, with size 1.
struct KeepDim {};
inline constexpr KeepDim keepdim = {}; ///< what is passed for it

namespace detail {

/// A function that folds axes: its name, the type of what it gives, and an argument that it is written with.
struct Fold {
  std::string_view name;
  TypeRule rule;
  std::string_view keyword = {}, value = {};
  bool isCall = false; ///< whether it is written as `softmax(x)`, not as `x.sum()`
};

namespace fold {
#define EINJIT_REDUCTION(cppName, name, keyword, value, rule)                                                          \
  inline constexpr Fold cppName = {name, &rule, keyword, value};
#include <einjit/detail/Reductions.def>
#undef EINJIT_REDUCTION
} // namespace fold

constexpr MessageText foldComplaint(std::string_view name, const MaybeType &type, const Facts &x, int axes) {
  if (x.isIndexed)
    return MessageText("`") << name << "` of an element; name the indices, as in " << name << "(k)(x(i, k))";
  if (!type) return MessageText("`") << name << "` does not apply to " << einjit::name(x.dtype);
  return MessageText() << axes << " axes are named, but the rank is " << x.rank;
}

/// A function that folds all axes.
template <const Fold &F, bool Keeps> struct FoldAll : NoParameters {
  static constexpr Facts facts(const Facts &x) {
    const MaybeType type = F.rule(x.dtype);
    return {type.value_or(x.dtype), Keeps ? x.rank : 0, false, false, !type || x.isIndexed};
  }
  static constexpr MessageText complaint(const Facts &x) { return foldComplaint(F.name, F.rule(x.dtype), x, 0); }
  static void write(ExpressionWriter &writer, std::size_t) {
    if constexpr (!F.keyword.empty()) writer.argument(F.keyword, F.value);
    if constexpr (Keeps) writer.argument("keepdim", "True");
    writer.method(F.name);
  }
};

/// A function that folds some axes.
template <const Fold &F, class Axes, bool Keeps> struct FoldSome : Axes {
  static constexpr Facts facts(const Facts &x) {
    const MaybeType type = F.rule(x.dtype);
    const bool isKnown = x.rank != dynamicRank && Axes::count >= 0;
    const bool tooMany = isKnown && Axes::count > x.rank;
    return {type.value_or(x.dtype),
            Keeps                 ? x.rank
            : isKnown && !tooMany ? x.rank - Axes::count
                                  : dynamicRank,
            false, false, !type || x.isIndexed || tooMany};
  }
  static constexpr MessageText complaint(const Facts &x) {
    return foldComplaint(F.name, F.rule(x.dtype), x, Axes::count);
  }
  static void write(ExpressionWriter &writer, std::size_t) {
    if constexpr (!F.keyword.empty()) writer.argument(F.keyword, F.value);
    Axes::write(writer, "dim");
    if constexpr (Keeps) writer.argument("keepdim", "True");
    writer.method(F.name);
  }
};

template <class... Keep>
concept MayKeep = sizeof...(Keep) <= 1 && (... && std::same_as<Keep, KeepDim>);

template <const Fold &F, class... Keep, class X> auto foldAll(X &&x) {
  return makeNode(FoldAll<F, sizeof...(Keep) == 1>(), asNode(std::forward<X>(x)));
}
template <const Fold &F, class... Keep, class X, class Axes> auto foldSome(X &&x, Axes axes) {
  return makeNode(FoldSome < F, Axes, sizeof...(Keep) == 1 > {axes}, asNode(std::forward<X>(x)));
}

/// `max[i,j](value)` of index notation.
template <const Fold &F, class... Indices> struct FoldIndices : NoParameters {
  static constexpr Facts facts(const Facts &x) {
    const MaybeType type = F.rule(x.dtype);
    return {type.value_or(x.dtype), 0, true, false, !type};
  }
  static constexpr MessageText complaint(const Facts &x) { return foldComplaint(F.name, F.rule(x.dtype), x, 0); }
  static void write(ExpressionWriter &writer, std::size_t) {
    (Indices::write(writer), ...);
    if constexpr (!F.keyword.empty()) writer.argument(F.keyword, F.value);
    writer.reduction(F.name, sizeof...(Indices));
  }
};
/// The same before it is applied: `max(i, j)`.
template <const Fold &F, class... Indices> struct OverIndices {
  template <Operand X> auto operator()(X &&x) const {
    return makeNode(FoldIndices<F, Indices...>(), asNode(std::forward<X>(x)));
  }
};

} // namespace detail

// Of each function: over all axes, over one, over several in braces or in a row of integers (negative ones count
// from the back); behind them `keepdim`. And over indices, in index notation: `max(k)(x(i, k))`.

#define EINJIT_REDUCTION(cppName, name, keyword, value, rule)                                                          \
  template <detail::ArrayOperand X, class... Keep>                                                                     \
    requires detail::MayKeep<Keep...>                                                                                  \
  auto cppName(X &&x, Keep...) {                                                                                       \
    return detail::foldAll<detail::fold::cppName, Keep...>(std::forward<X>(x));                                        \
  }                                                                                                                    \
  template <detail::ArrayOperand X, detail::IntegerArgument Axes, class... Keep>                                       \
    requires detail::MayKeep<Keep...>                                                                                  \
  auto cppName(X &&x, const Axes &axes, Keep...) {                                                                     \
    return detail::foldSome<detail::fold::cppName, Keep...>(std::forward<X>(x), detail::integersOf(axes));             \
  }                                                                                                                    \
  template <detail::ArrayOperand X, std::size_t Count, class... Keep>                                                  \
    requires detail::MayKeep<Keep...>                                                                                  \
  auto cppName(X &&x, const std::int64_t(&axes)[Count], Keep...) {                                                     \
    return detail::foldSome<detail::fold::cppName, Keep...>(std::forward<X>(x), detail::integersOf(axes));             \
  }                                                                                                                    \
  template <detail::AnyIndex... Indices>                                                                               \
    requires(sizeof...(Indices) > 0)                                                                                   \
  constexpr detail::OverIndices<detail::fold::cppName, Indices...> cppName(const Indices &...) {                       \
    return {};                                                                                                         \
  }
#include <einjit/detail/Reductions.def>
#undef EINJIT_REDUCTION

namespace detail {

/// A function along one axis, or of all elements in row-major order.
template <const Fold &F, class Axes> struct Along : Axes {
  static constexpr Facts facts(const Facts &x) {
    const MaybeType type = F.rule(x.dtype);
    return {type.value_or(x.dtype), x.rank, false, false, !type || x.isIndexed || x.rank == 0};
  }
  static constexpr MessageText complaint(const Facts &x) { return foldComplaint(F.name, F.rule(x.dtype), x, 1); }
  static void write(ExpressionWriter &writer, std::size_t) {
    Axes::write(writer, "dim");
    if constexpr (F.isCall)
      writer.call(F.name, 1);
    else
      writer.method(F.name);
  }
};
template <const Fold &F> struct RowMajor : NoParameters {
  static constexpr Facts facts(const Facts &x) {
    const MaybeType type = F.rule(x.dtype);
    return {type.value_or(x.dtype), 1, false, false, !type || x.isIndexed};
  }
  static constexpr MessageText complaint(const Facts &x) { return foldComplaint(F.name, F.rule(x.dtype), x, 0); }
  static void write(ExpressionWriter &writer, std::size_t) { writer.method(F.name); }
};

namespace fold {
inline constexpr Fold cumsum = {"cumsum", &countingType}, cumprod = {"cumprod", &countingType},
                      softmax = {.name = "softmax", .rule = &sigmoidType, .isCall = true},
                      log_softmax = {.name = "log_softmax", .rule = &sigmoidType, .isCall = true},
                      layernorm = {.name = "layernorm", .rule = &statisticType, .isCall = true},
                      rmsnorm = {.name = "rmsnorm", .rule = &rmsnormType, .isCall = true};
} // namespace fold

} // namespace detail

#define EINJIT_ALONG(name)                                                                                             \
  template <detail::ArrayOperand X, detail::OneInteger Axis> auto name(X &&x, Axis axis) {                             \
    return detail::makeNode(detail::Along<detail::fold::name, detail::Integers<1>>{detail::integersOf(axis)},          \
                            detail::asNode(std::forward<X>(x)));                                                       \
  }
/// Each value of the sum, or product, along an axis.
EINJIT_ALONG(cumsum)
EINJIT_ALONG(cumprod)
/// Each value of the sum of all elements in row-major order.
template <detail::ArrayOperand X> auto cumsum(X &&x) {
  return detail::makeNode(detail::RowMajor<detail::fold::cumsum>(), detail::asNode(std::forward<X>(x)));
}
/// Each value of the product of all elements in row-major order.
template <detail::ArrayOperand X> auto cumprod(X &&x) {
  return detail::makeNode(detail::RowMajor<detail::fold::cumprod>(), detail::asNode(std::forward<X>(x)));
}

/// Along an axis, or over several in braces or in a row of integers.
EINJIT_ALONG(softmax)
EINJIT_ALONG(log_softmax)
EINJIT_ALONG(layernorm)
EINJIT_ALONG(rmsnorm)
#undef EINJIT_ALONG
#define EINJIT_ALONG(name)                                                                                             \
  template <detail::ArrayOperand X, std::size_t Count> auto name(X &&x, const std::int64_t(&axes)[Count]) {            \
    return detail::makeNode(detail::Along<detail::fold::name, detail::Integers<Count>>{detail::integersOf(axes)},      \
                            detail::asNode(std::forward<X>(x)));                                                       \
  }                                                                                                                    \
  template <detail::ArrayOperand X, detail::IntegerRange Axes> auto name(X &&x, const Axes &axes) {                    \
    return detail::makeNode(detail::Along<detail::fold::name, detail::IntegerList>{detail::integersOf(axes)},          \
                            detail::asNode(std::forward<X>(x)));                                                       \
  }
EINJIT_ALONG(softmax)
EINJIT_ALONG(log_softmax)
EINJIT_ALONG(layernorm)
EINJIT_ALONG(rmsnorm)
#undef EINJIT_ALONG

} // namespace einjit
