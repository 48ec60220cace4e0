// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that give elements other places. Most are views: they change which element is read, and copy nothing.
#pragma once

#include <einjit/detail/Arguments.h>
#include <limits>

namespace einjit {

namespace detail {

/// The rank of what a function gives: its operand's, that and one, one, as many as it has arguments, or what only run
/// time knows.
enum class RankRule { Same, OneMore, One, OfArguments, Unknown };

/// `arguments` is negative where their number is known at run time only.
constexpr int rankAfter(RankRule rule, int rank, int arguments) {
  switch (rule) {
  case RankRule::Same: return rank;
  case RankRule::OneMore: return rank == dynamicRank ? dynamicRank : rank + 1;
  case RankRule::One: return 1;
  case RankRule::OfArguments: return arguments < 0 ? dynamicRank : arguments;
  case RankRule::Unknown: break;
  }
  return dynamicRank;
}

/// A function that gives elements other places.
struct Reshaping {
  std::string_view name;
  RankRule rank = RankRule::Same;
};

constexpr MessageText wholeComplaint(std::string_view name) {
  return MessageText("`") << name << "` of an element, which has no axes; apply it to the tensor";
}

/// A function of one operand and some integers.
template <const Reshaping &R, class Arguments> struct Reshape : Arguments {
  static constexpr Facts facts(const Facts &x) {
    return {x.dtype, rankAfter(R.rank, x.rank, Arguments::count), false, false, x.isIndexed};
  }
  static constexpr MessageText complaint(const Facts &) { return wholeComplaint(R.name); }
  static void write(ExpressionWriter &writer, std::size_t) {
    Arguments::writeSpread(writer);
    writer.method(R.name);
  }
};

/// A function of one operand alone.
template <const Reshaping &R, bool IsMember> struct Rearranged : NoParameters {
  static constexpr Facts facts(const Facts &x) {
    const bool isWrong = x.isIndexed || (R.name == "mT" && (x.rank == 0 || x.rank == 1));
    return {x.dtype, rankAfter(R.rank, x.rank, 0), false, false, isWrong};
  }
  static constexpr MessageText complaint(const Facts &x) {
    if (x.isIndexed) return wholeComplaint(R.name);
    return MessageText("`") << R.name << "` swaps the last two axes, but the rank is " << x.rank;
  }
  static void write(ExpressionWriter &writer, std::size_t) {
    if constexpr (IsMember)
      writer.member(R.name);
    else
      writer.method(R.name);
  }
};

namespace shape {
inline constexpr Reshaping unsqueeze = {"unsqueeze", RankRule::OneMore}, permute = {"permute", RankRule::OfArguments},
                           transpose = {"transpose"}, reshape = {"reshape", RankRule::OfArguments},
                           expand = {"expand", RankRule::OfArguments}, flattenFrom = {"flatten", RankRule::Unknown},
                           flip = {"flip"}, swapaxes = {"swapaxes"}, moveaxis = {"moveaxis"};
inline constexpr Reshaping T = {"T"}, mT = {"mT"}, squeeze = {"squeeze", RankRule::Unknown},
                           flatten = {"ravel", RankRule::One}, flipAll = {"flip"};
} // namespace shape

template <const Reshaping &R, class X, class Arguments> auto reshaped(X &&x, Arguments arguments) {
  return makeNode(Reshape<R, Arguments>{arguments}, asNode(std::forward<X>(x)));
}
template <const Reshaping &R, bool IsMember = false, class X> auto rearranged(X &&x) {
  return makeNode(Rearranged<R, IsMember>(), asNode(std::forward<X>(x)));
}

} // namespace detail

/// All axes in reverse: the language's `.T`.
template <detail::Operand X> auto T(X &&x) { return detail::rearranged<detail::shape::T, true>(std::forward<X>(x)); }
/// The last two axes swapped: the language's `.mT`.
template <detail::Operand X> auto mT(X &&x) { return detail::rearranged<detail::shape::mT, true>(std::forward<X>(x)); }

/// A new axis of size 1 at this place of the result.
template <detail::Operand X, detail::OneInteger Axis> auto unsqueeze(X &&x, Axis axis) {
  return detail::reshaped<detail::shape::unsqueeze>(std::forward<X>(x), detail::integersOf(axis));
}

/// Without all axes of size 1.
template <detail::Operand X> auto squeeze(X &&x) {
  return detail::rearranged<detail::shape::squeeze>(std::forward<X>(x));
}
namespace detail {
/// squeeze() takes away as many axes as it names.
template <class Axes> struct Squeeze : Axes {
  static constexpr Facts facts(const Facts &x) {
    const bool isWrong = x.isIndexed || (x.rank != dynamicRank && x.rank < Axes::count);
    return {x.dtype, x.rank == dynamicRank || isWrong ? dynamicRank : x.rank - Axes::count, false, false, isWrong};
  }
  static constexpr MessageText complaint(const Facts &x) {
    return MessageText("`squeeze` takes away ") << Axes::count << " axes, but the rank is " << x.rank;
  }
  static void write(ExpressionWriter &writer, std::size_t) {
    Axes::write(writer, "");
    writer.method("squeeze");
  }
};
} // namespace detail
/// Without one axis, which must have size 1.
template <detail::Operand X, detail::OneInteger Axis> auto squeeze(X &&x, Axis axis) {
  return detail::makeNode(detail::Squeeze<detail::Integers<1>>{detail::integersOf(axis)},
                          detail::asNode(std::forward<X>(x)));
}

/// Two axes swapped.
template <detail::Operand X, detail::OneInteger Axis>
auto swapaxes(X &&x, Axis first, std::type_identity_t<Axis> second) {
  return detail::reshaped<detail::shape::swapaxes>(std::forward<X>(x), detail::Integers<2>{{first, second}});
}
/// All axes in reverse.
template <detail::Operand X> auto transpose(X &&x) { return T(std::forward<X>(x)); }
/// Two axes swapped.
template <detail::Operand X, detail::OneInteger Axis>
auto transpose(X &&x, Axis first, std::type_identity_t<Axis> second) {
  return detail::reshaped<detail::shape::transpose>(std::forward<X>(x), detail::Integers<2>{{first, second}});
}

// Of each a list in braces, or a row of integers such as `y.shape()`.
#define EINJIT_RESHAPING(name)                                                                                         \
  template <detail::Operand X, std::size_t Count> auto name(X &&x, const std::int64_t(&list)[Count]) {                 \
    return detail::reshaped<detail::shape::name>(std::forward<X>(x), detail::integersOf(list));                        \
  }                                                                                                                    \
  template <detail::Operand X, detail::IntegerRange List> auto name(X &&x, const List &list) {                         \
    return detail::reshaped<detail::shape::name>(std::forward<X>(x), detail::integersOf(list));                        \
  }
/// The axes in this order.
EINJIT_RESHAPING(permute)
/// The elements in row-major order, in a tensor of this shape; one size may be -1.
EINJIT_RESHAPING(reshape)
/// Axes of size 1 repeated to these sizes, of which -1 keeps what it is; new axes come in front.
EINJIT_RESHAPING(expand)
/// The elements in the opposite order along these axes.
EINJIT_RESHAPING(flip)
#undef EINJIT_RESHAPING

template <detail::Operand X, detail::OneInteger Axis> auto flip(X &&x, Axis axis) {
  return detail::reshaped<detail::shape::flip>(std::forward<X>(x), detail::integersOf(axis));
}
/// Along all axes.
template <detail::Operand X> auto flip(X &&x) { return detail::rearranged<detail::shape::flipAll>(std::forward<X>(x)); }

/// expand(), under NumPy's name.
///@{
template <detail::Operand X, std::size_t Count> auto broadcast_to(X &&x, const std::int64_t (&shape)[Count]) {
  return expand(std::forward<X>(x), shape);
}
template <detail::Operand X, detail::IntegerRange Shape> auto broadcast_to(X &&x, const Shape &shape) {
  return expand(std::forward<X>(x), shape);
}
///@}

/// All axes joined.
template <detail::Operand X> auto flatten(X &&x) {
  return detail::rearranged<detail::shape::flatten>(std::forward<X>(x));
}
/// The axes from `first` to `last` joined.
template <detail::Operand X> auto flatten(X &&x, std::int64_t first, std::int64_t last = -1) {
  return detail::reshaped<detail::shape::flattenFrom>(std::forward<X>(x), detail::Integers<2>{{first, last}});
}

namespace detail {

/// concat() and stack(), which puts the tensors along a new axis.
template <bool IsStack> struct Join : Integers<1> {
  static constexpr Facts facts(const auto &first, const auto &...more) {
    Facts result = {promote({first.dtype, more.dtype...}), first.rank};
    for (const Facts &part : {first, more...}) {
      result.isWrong = result.isWrong || part.isIndexed || (!IsStack && part.rank == 0) ||
                       (part.rank != dynamicRank && result.rank != dynamicRank && part.rank != result.rank);
      if (result.rank == dynamicRank) result.rank = part.rank;
    }
    if (IsStack && result.rank != dynamicRank) ++result.rank;
    return result;
  }
  static constexpr MessageText complaint(const auto &...) {
    return MessageText("`") << (IsStack ? "stack" : "concat") << "` needs tensors of one rank"
                            << (IsStack ? "" : ", which is not 0");
  }
  static void write(ExpressionWriter &writer, std::size_t operands) {
    writer.list(operands);
    writer.integerArgument("dim");
    writer.call(IsStack ? "stack" : "concat", 1);
  }
};

} // namespace detail

/// One axis at another place.
template <detail::Operand X> auto moveaxis(X &&x, std::int64_t from, std::int64_t to) {
  return detail::reshaped<detail::shape::moveaxis>(std::forward<X>(x), detail::Integers<2>{{from, to}});
}

/// Tensors one after the other along an axis that they have: `concat(0, x, y)`. Types are promoted.
template <detail::Operand... Parts>
  requires(sizeof...(Parts) > 0)
auto concat(std::int64_t axis, Parts &&...parts) {
  return detail::makeNode(detail::Join<false>{{{axis}}}, detail::asNode(std::forward<Parts>(parts))...);
}
/// Tensors of one shape side by side along a new axis. Types are promoted.
template <detail::Operand... Parts>
  requires(sizeof...(Parts) > 0)
auto stack(std::int64_t axis, Parts &&...parts) {
  return detail::makeNode(detail::Join<true>{{{axis}}}, detail::asNode(std::forward<Parts>(parts))...);
}

} // namespace einjit
