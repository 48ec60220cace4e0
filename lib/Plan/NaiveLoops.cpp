// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Plan/NaiveLoops.h"
#include "Plan/Memory.h"
#include "Tensor/Builder.h"
#include <algorithm>

namespace einjit {
namespace {

using loop::BufferId;

class NaiveBuilder {
public:
  NaiveBuilder(const tensor::Kernel &kernel, const NaiveOptions &options)
      : source_(kernel), memory_(kernel), options_(options) {}

  loop::Kernel run() {
    result_.name = source_.name;
    addBuffers();
    for (const auto &[id, buffer] : bufferOf_)
      if (result_[buffer].storage == loop::Storage::Scratch) result_.body.push_back({loop::Declare{buffer}});
    for (std::size_t i = 0; i < source_.values.size(); ++i)
      if (const auto *op = std::get_if<tensor::Generic>(&source_.values[i].def)) addNest(tensor::ValueId(i), *op);
    return std::move(result_);
  }

private:
  BufferId addBuffer(std::string name, loop::Storage storage, TensorType type) {
    result_.buffers.push_back({std::move(name), storage, std::move(type)});
    return BufferId(result_.buffers.size() - 1);
  }

  /// The caller's buffers first, then constants, then values in between.
  void addBuffers() {
    for (std::size_t i = 0; i < source_.values.size(); ++i)
      if (std::holds_alternative<tensor::Parameter>(source_.values[i].def))
        bufferOf_.emplace_back(tensor::ValueId(i),
                               addBuffer(source_.values[i].name, loop::Storage::In, memory_.type(tensor::ValueId(i))));
    for (std::size_t i = 0; i < source_.results.size(); ++i) {
      const std::string name = outputName(source_, i);
      const tensor::ValueId memory = memory_.place(source_.results[i]).memory;
      bufferOf_.emplace_back(memory, addBuffer(name, loop::Storage::Out, memory_.type(memory)));
    }
    for (std::size_t i = 0; i < source_.values.size(); ++i) {
      const tensor::Value &value = source_.values[i];
      const tensor::ValueId id(i);
      if (memory_.isShared(id) || hasBuffer(id)) continue;
      if (std::holds_alternative<tensor::Iota>(value.def)) {
        bufferOf_.emplace_back(id, addBuffer("iota" + value.name, loop::Storage::Iota, memory_.type(id)));
        continue;
      }
      const auto *constant = std::get_if<tensor::Constant>(&value.def);
      const BufferId buffer = constant ? addBuffer("c" + value.name, loop::Storage::Const, memory_.type(id))
                                       : addBuffer("t" + value.name, loop::Storage::Scratch, memory_.type(id));
      if (constant) result_[buffer].elements = constant->elements;
      bufferOf_.emplace_back(id, buffer);
    }
  }

  bool hasBuffer(tensor::ValueId memory) const {
    return std::ranges::any_of(bufferOf_, [&](const auto &entry) { return entry.first == memory; });
  }

  BufferId bufferOf(tensor::ValueId id) const {
    const tensor::ValueId memory = memory_.place(id).memory;
    return std::ranges::find_if(bufferOf_, [&](const auto &entry) { return entry.first == memory; })->second;
  }

  /// An access of the op's, its iterators replaced by the loop variables of the same names.
  loop::Access lower(const tensor::Generic &op, const tensor::Access &access) {
    loop::Access result{bufferOf(access.value), {}};
    for (const Affine &index : memory_.indices(access))
      result.indices.push_back(substituteAll(
          index, [&](std::uint32_t i) { return Affine::variable(result_.var(op.iterator(i).name).value); }));
    return result;
  }

  loop::Stmt store(const tensor::Generic &op, loop::Access target, const scalar::Expr &expr,
                   std::optional<loop::Access> accumulator) {
    // The accumulator's operand number follows those of the op.
    scalar::ExprBuilder builder;
    scalar::Expr value = builder.take(builder.splice(expr, [&](const scalar::Node &node) {
      const auto *operand = std::get_if<scalar::Operand>(&node.kind);
      return builder.operand(operand ? operand->index : op.operands.size(), node.type);
    }));
    if (options_.contract) value = scalar::contractFma(value);
    loop::Store result{std::move(target), {}, {}};
    std::vector<std::size_t> newIndex(op.operands.size() + 1, 0);
    for (std::size_t operand : firstUses(value)) {
      newIndex[operand] = result.operands.size();
      result.operands.push_back(operand == op.operands.size() ? *accumulator : lower(op, op.operands[operand]));
    }
    result.value = scalar::renumber(value, newIndex);
    return {std::move(result)};
  }

  /// Operand numbers in the order in which the expression mentions them.
  static std::vector<std::size_t> firstUses(const scalar::Expr &expr) {
    std::vector<std::size_t> order;
    for (const scalar::Node &node : expr.nodes)
      if (const auto *operand = std::get_if<scalar::Operand>(&node.kind)) order.push_back(operand->index);
    return order;
  }

  loop::Block reduction(const tensor::Generic &op, const std::string &name, const loop::Access &target) {
    const DType type = op.body.type();
    const BufferId buffer = addBuffer(name, loop::Storage::Scratch, {type, {}});
    const loop::Access accumulator{buffer, {}};

    scalar::ExprBuilder start, update;
    const Scalar first = identity(op.reduction->op, type);
    const auto body = update.splice(op.body, [&](const scalar::Node &node) {
      return update.operand(std::get<scalar::Operand>(node.kind).index, node.type);
    });
    const scalar::Expr folded = update.take(update.apply(op.reduction->op, {update.accumulator(type), body}));

    loop::Block inner{store(op, accumulator, folded, accumulator)};
    if (op.reduction->along) inner = {wrap(op.parallel[*op.reduction->along], std::move(inner))};
    for (std::size_t i = op.iteratorCount(); i-- > op.parallel.size();)
      inner = {wrap(op.iterator(i), std::move(inner))};

    loop::Block block{{loop::Declare{buffer}}, {loop::Store{accumulator, {}, start.take(start.literal(first))}}};
    block.insert(block.end(), std::make_move_iterator(inner.begin()), std::make_move_iterator(inner.end()));
    scalar::ExprBuilder plain;
    const scalar::Expr final = op.reduction->epilogue ? *op.reduction->epilogue : plain.take(plain.accumulator(type));
    if (op.reduction->along) // each value so far is an element
      std::get<loop::For>(block.back().node).body.push_back(store(op, target, final, accumulator));
    else
      block.push_back(store(op, target, final, accumulator));
    return block;
  }

  loop::Stmt wrap(const tensor::Iterator &iterator, loop::Block body) {
    return {loop::For{result_.var(iterator.name), loop::LoopKind::Serial, iterator.extent, {}, std::move(body)}};
  }

  void addNest(tensor::ValueId id, const tensor::Generic &op) {
    const loop::Access target = lower(op, {id, tensor::identityMap(op.parallel.size())});
    loop::Block nest = op.reduction ? reduction(op, accumulatorName(source_[id]), target)
                                    : loop::Block{store(op, target, op.body, {})};
    for (std::size_t i = op.parallel.size(); i-- > 0;)
      if (!op.reduction || op.reduction->along != i) nest = {wrap(op.parallel[i], std::move(nest))};
    result_.body.insert(result_.body.end(), std::make_move_iterator(nest.begin()), std::make_move_iterator(nest.end()));
  }

  const tensor::Kernel &source_;
  plan::Memory memory_;
  NaiveOptions options_;
  loop::Kernel result_;
  std::vector<std::pair<tensor::ValueId, BufferId>> bufferOf_;
};

} // namespace

std::string outputName(const tensor::Kernel &kernel, std::size_t result) {
  return kernel.results.size() == 1 ? "out" : "out" + std::to_string(result);
}

std::string accumulatorName(const tensor::Value &value) { return "acc" + value.name; }

loop::Kernel naiveLoops(const tensor::Kernel &kernel, const NaiveOptions &options) {
  return NaiveBuilder(kernel, options).run();
}

} // namespace einjit
