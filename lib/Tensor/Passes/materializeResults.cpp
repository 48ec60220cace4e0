// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Tensor/Passes/materializeResults.h"
#include "Tensor/Builder.h"
#include "Tensor/Passes/Rewrite.h"
#include <map>
#include <set>

namespace einjit::tensor {
namespace {

template <class Def> bool is(const Value &value) { return std::holds_alternative<Def>(value.def); }
bool hasMemory(const Value &value) { return is<Generic>(value) || is<Concat>(value); }

/// The kernel is rebuilt value by value, so that copies stand before what reads them.
class Materializer {
public:
  explicit Materializer(Kernel kernel) : old_(std::move(kernel)), names_(old_) {
    for (const Value &value : old_.values)
      if (const auto *reshape = std::get_if<Reshape>(&value.def)) reshaped_.insert(reshape->value);
    results_.insert(old_.results.begin(), old_.results.end());
  }

  Kernel run() && {
    new_.name = old_.name;
    new_.exact = old_.exact;
    for (Value &value : old_.values) {
      const bool isConcat = is<Concat>(value), isReshape = is<Reshape>(value);
      renumberReads(value, [&](ValueId id) {
        return isConcat ? asPart(id) : isReshape ? asSource(id) : newId_[id.index()];
      });
      newId_.push_back(add(std::move(value)));
    }
    for (ValueId id : old_.results) new_.results.push_back(asResult(newId_[id.index()]));
    return std::move(new_);
  }

private:
  ValueId add(Value value) {
    new_.values.push_back(std::move(value));
    return ValueId(new_.values.size() - 1);
  }

  ValueId copy(ValueId id) {
    const TensorType type{new_[id].type.dtype, new_[id].type.shape};
    Generic op{numberedIterators(type.shape), {}, {{id, identityMap(type.rank())}}, scalar::identityExpr(type.dtype)};
    return add({names_.next(), type, std::move(op)});
  }

  /// A second copy reads the first, so that no two are equal.
  ValueId nextCopy(ValueId id) {
    const auto known = copies_.find(id);
    if (known != copies_.end()) return copy(known->second);
    return copies_[id] = copy(id);
  }

  ValueId asPart(ValueId old) {
    const ValueId id = newId_[old.index()];
    const bool elsewhere = !hasMemory(new_[id]) || results_.contains(old) || reshaped_.contains(old);
    return !elsewhere && taken_.insert(id).second ? id : nextCopy(id);
  }

  ValueId asSource(ValueId old) {
    const ValueId id = newId_[old.index()];
    return new_[id].type.strides.empty() ? id : nextCopy(id);
  }

  ValueId asResult(ValueId id) {
    ValueId memory = id;
    while (const auto *reshape = std::get_if<Reshape>(&new_[memory].def)) memory = reshape->value;
    return hasMemory(new_[memory]) && taken_.insert(memory).second ? id : copy(id);
  }

  Kernel old_, new_;
  FreshNames names_;
  std::vector<ValueId> newId_;
  std::set<ValueId> results_, reshaped_; ///< in the old kernel
  std::set<ValueId> taken_;              ///< values whose memory is a part's or a result's
  std::map<ValueId, ValueId> copies_;
};

} // namespace

Kernel materializeResults(Kernel kernel) { return Materializer(std::move(kernel)).run(); }

} // namespace einjit::tensor
