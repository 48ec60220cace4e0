// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Contraction/Order.h"
#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace einjit::tensor {
namespace {

using Subset = std::size_t; ///< bit i: factor i is in it

/// Indices that the same factors have, and of which the result has all or none, are one index to the search.
struct IndexClass {
  Subset factors;
  bool inResult;
  double extent;
  std::size_t rank; ///< how many indices it stands for
};

std::vector<IndexClass> classesOf(const Network &network) {
  std::map<std::uint32_t, IndexClass> ofIndex;
  for (std::size_t i = 0; i < network.factors.size(); ++i)
    for (std::uint32_t index : network.factors[i].indices)
      ofIndex.try_emplace(index, IndexClass{0, false, network.extents[index], 1}).first->second.factors |= Subset{1}
                                                                                                           << i;
  for (std::uint32_t index : network.result)
    if (const auto found = ofIndex.find(index); found != ofIndex.end()) found->second.inResult = true;

  std::map<std::pair<Subset, bool>, IndexClass> merged;
  for (const auto &[index, one] : ofIndex) {
    const auto [place, isNew] = merged.try_emplace({one.factors, one.inResult}, one);
    if (isNew) continue;
    place->second.extent *= one.extent;
    ++place->second.rank;
  }
  std::vector<IndexClass> classes;
  for (const auto &[key, one] : merged) classes.push_back(one);
  return classes;
}

/// Sets of classes as bits, eight to a byte, each byte with the product of extents for each of its 256 values.
class ClassSets {
public:
  ClassSets(const std::vector<IndexClass> &classes, std::size_t sets)
      : bytes_((classes.size() + 7) / 8), bits_(bytes_ * sets, 0), products_(bytes_) {
    for (std::size_t byte = 0; byte < bytes_; ++byte)
      for (std::size_t value = 0; value < 256; ++value) {
        double product = 1;
        for (std::size_t bit = 0; bit < 8; ++bit)
          if (value >> bit & 1) product *= byte * 8 + bit < classes.size() ? classes[byte * 8 + bit].extent : 1;
        products_[byte][value] = product;
      }
  }

  void add(std::size_t set, std::size_t number) {
    bits_[set * bytes_ + number / 8] |= static_cast<std::uint8_t>(1U << number % 8);
  }
  /// The product of the extents that both sets have.
  double common(std::size_t a, std::size_t b) const {
    double product = 1;
    for (std::size_t byte = 0; byte < bytes_; ++byte)
      product *= products_[byte][bits_[a * bytes_ + byte] & bits_[b * bytes_ + byte]];
    return product;
  }

private:
  std::size_t bytes_;
  std::vector<std::uint8_t> bits_;
  std::vector<std::array<double, 256>> products_;
};

class ExactSearch {
public:
  ExactSearch(const Network &network, const PairModel &model, double bound)
      : network_(network), model_(model), count_(network.factors.size()), all_((Subset{1} << count_) - 1),
        classes_(classesOf(network)), left_(classes_, all_ + 1), bound_(bound), points_(all_ + 1), bytes_(all_ + 1),
        best_(all_ + 1, bound), split_(all_ + 1, 0) {}

  std::optional<WeighedPath> run(std::size_t &weighed) {
    for (Subset subset = 1; subset <= all_; ++subset) {
      const bool fits = describe(subset);
      if (std::has_single_bit(subset))
        best_[subset] = 0;
      else if (fits || subset == all_)
        weighed += findSplit(subset);
    }
    if (!(best_[all_] < bound_)) return std::nullopt;
    WeighedPath result{{}, best_[all_]};
    build(all_, result.path);
    return result;
  }

private:
  /// What is left when the factors of a subset have been multiplied: classes that a factor outside or the result wants.
  /// Whether a value can hold it.
  bool describe(Subset subset) {
    std::size_t rank = 0;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      const IndexClass &one = classes_[i];
      if (!(one.factors & subset) || !(one.inResult || (one.factors & ~subset))) continue;
      left_.add(subset, i);
      rank += one.rank;
    }
    points_[subset] = left_.common(subset, subset);
    bytes_[subset] = points_[subset] * model_.element().bytes;
    if (std::has_single_bit(subset)) bytes_[subset] = std::min(bytes_[subset], factorBytes(subset));
    return network_.holds(rank, bytes_[subset]);
  }

  double factorBytes(Subset one) const {
    return network_.factors[static_cast<std::size_t>(std::countr_zero(one))].bytes;
  }

  /// Pairs weighed; those that take too long at the very peak are not.
  std::size_t findSplit(Subset subset) {
    std::size_t weighed = 0;
    double &best = best_[subset];
    // Each pair of parts once: the part with the highest factor is a.
    for (Subset a = (subset - 1) & subset; a > (subset ^ a); a = (a - 1) & subset) {
      const Subset b = subset ^ a;
      const double parts = best_[a] + best_[b];
      if (!(parts < best)) continue;
      const double common = left_.common(a, b);
      if (!(parts + model_.leastCycles(points_[a] * points_[b] / common) < best)) continue;
      ++weighed;
      const double cycles = parts + model_.cycles(shapeOf(a, b, common));
      if (!(cycles < best)) continue;
      best = cycles;
      split_[subset] = a;
    }
    return weighed;
  }

  /// With C the extents that both have: a has batch*m*k = C*m points, b has C*n, the result batch*m*n.
  PairShape shapeOf(Subset a, Subset b, double common) const {
    const double m = points_[a] / common, n = points_[b] / common;
    const double batch = points_[a | b] / (m * n);
    return {batch, m, n, common / batch, bytes_[a], bytes_[b], bytes_[a | b]};
  }

  std::size_t build(Subset subset, Path &path) const {
    if (std::has_single_bit(subset)) return static_cast<std::size_t>(std::countr_zero(subset));
    const std::size_t left = build(split_[subset], path), right = build(subset ^ split_[subset], path);
    path.emplace_back(left, right);
    return count_ + path.size() - 1;
  }

  const Network &network_;
  const PairModel &model_;
  std::size_t count_;
  Subset all_;
  std::vector<IndexClass> classes_;
  ClassSets left_;
  double bound_;
  std::vector<double> points_, bytes_;
  std::vector<double> best_; ///< of each subset; the bound where there is nothing below it
  std::vector<Subset> split_;
};

} // namespace

std::optional<WeighedPath> exactPath(const Network &network, const PairModel &model, std::size_t &weighed,
                                     double bound) {
  return ExactSearch(network, model, bound).run(weighed);
}

} // namespace einjit::tensor
