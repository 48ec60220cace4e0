// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RandomEinsum.h"
#include "RandomInput.h"
#include "Tensor/Lower/Program.h"
#include <algorithm>
#include <map>
#include <set>

namespace einjit::test {
namespace {

using Shape = std::vector<std::int64_t>;

struct Term {
  std::string letters;
  std::size_t dots = std::string::npos; ///< the ellipsis stands before this letter
  Shape shape = {};

  std::string text() const { return dots == std::string::npos ? letters : std::string(letters).insert(dots, "..."); }
};

class EinsumMaker {
public:
  explicit EinsumMaker(Random &random) : random_(random) {
    drawLabels();
    for (std::int64_t count = random_.chance(10) ? 4 : random_.in(1, 3); count > 0; --count) terms_.push_back(term());
  }

  std::string text() {
    std::string text;
    for (const Term &term : terms_) text += (text.empty() && &term == &terms_[0] ? "" : ",") + term.text();
    if (random_.chance(75)) text += "->" + output();
    return random_.chance(10) ? " " + text + " " : text;
  }
  const std::vector<Term> &terms() const { return terms_; }

private:
  /// Labels and their sizes; the space they span together is small.
  void drawLabels() {
    std::string letters = "abcijkABI";
    std::vector<char> order(letters.begin(), letters.end());
    random_.shuffle(order);
    const std::int64_t limit = random_.chance(20) ? maxPoints : maxPoints / 20;
    std::int64_t points = 1;
    auto draw = [&] {
      std::int64_t extent = randomExtent(random_);
      while (points * std::max<std::int64_t>(extent, 1) > limit) extent /= 2;
      points *= std::max<std::int64_t>(extent, 1);
      return extent;
    };
    order.resize(static_cast<std::size_t>(random_.in(1, 5)));
    for (char letter : order) {
      extents_[letter] = draw();
      letters_.push_back(letter);
    }
    if (random_.chance(25))
      for (std::int64_t rank = random_.in(0, 2); rank > 0; --rank) dots_.push_back(draw());
    else
      hasDots_ = false;
  }

  /// Sometimes 1 where a size is wanted.
  std::int64_t maybeOne(std::int64_t extent) { return random_.chance(10) ? 1 : extent; }

  Term term() {
    Term term;
    for (std::int64_t rank = random_.in(random_.chance(90) ? 1 : 0, 4); rank > 0; --rank) {
      const char letter = random_.of(letters_);
      if (term.letters.find(letter) == std::string::npos || random_.chance(15)) term.letters += letter;
    }
    std::map<char, std::int64_t> sizes; // of one operand: a diagonal's axes are of one size
    for (char letter : term.letters)
      if (!sizes.contains(letter)) sizes[letter] = maybeOne(extents_[letter]);
    for (char letter : term.letters) term.shape.push_back(sizes[letter]);
    if (hasDots_ && random_.chance(75)) addDots(term);
    return term;
  }

  void addDots(Term &term) {
    term.dots = static_cast<std::size_t>(random_.in(0, static_cast<std::int64_t>(term.letters.size())));
    const auto rank = random_.in(0, static_cast<std::int64_t>(dots_.size()));
    Shape axes(dots_.end() - static_cast<std::ptrdiff_t>(rank), dots_.end());
    for (std::int64_t &extent : axes) extent = maybeOne(extent);
    term.shape.insert(term.shape.begin() + static_cast<std::ptrdiff_t>(term.dots), axes.begin(), axes.end());
  }

  /// Some of the labels that occur, in any order.
  std::string output() {
    std::set<char> occurring;
    for (const Term &term : terms_) occurring.insert(term.letters.begin(), term.letters.end());
    std::vector<char> kept;
    for (char letter : occurring)
      if (random_.chance(55)) kept.push_back(letter);
    random_.shuffle(kept);
    Term result{{kept.begin(), kept.end()}};
    if (random_.chance(hasDots_ ? 75 : 3))
      result.dots = static_cast<std::size_t>(random_.in(0, static_cast<std::int64_t>(kept.size())));
    return result.text();
  }

  Random &random_;
  std::vector<char> letters_;
  std::map<char, std::int64_t> extents_;
  Shape dots_; ///< sizes of the longest ellipsis
  bool hasDots_ = true;
  std::vector<Term> terms_;
};

} // namespace

void makeEinsum(Random &random, Case &result) {
  EinsumMaker maker(random);
  result.isEinsum = true;
  result.text = maker.text();
  const DType common = randomDType(random);
  const bool mixed = random.chance(20);
  for (const Term &term : maker.terms()) {
    TensorType type{mixed ? randomDType(random) : common, term.shape, randomStrides(random, term.shape)};
    result.inputs.push_back(
        randomInput(random, tensor::operandName(result.inputs.size()), std::move(type), result.exact));
  }
}

} // namespace einjit::test
