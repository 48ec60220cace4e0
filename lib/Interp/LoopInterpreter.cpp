// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Interp/LoopInterpreter.h"
#include "Interp/Elements.h"
#include "Runtime/Layout.h"
#include "Scalar/Evaluate.h"
#include "Support/Checked.h"
#include "Support/Diagnostic.h"
#include "Support/Overloaded.h"
#include <algorithm>
#include <einjit/Error.h>
#include <fmt/format.h>

namespace einjit {
namespace {

using namespace loop;

/// Elements that all scratch and registers together may have, at 24 bytes each.
constexpr std::int64_t maxOwnElements = std::int64_t{1} << 26;

/// Elements of the kernel's own; those that were never written hold nothing.
using OwnElements = std::vector<std::optional<Scalar>>;
/// A buffer whose elements are their positions.
struct Positions {};
/// What a buffer is at run time.
using Memory = std::variant<ConstTensorRef, TensorRef, OwnElements, Positions>;

class LoopInterpreter {
public:
  LoopInterpreter(const Kernel &kernel, std::span<const ConstTensorRef> inputs, std::span<const TensorRef> outputs)
      : kernel_(kernel), vars_(kernel.vars.size()) {
    checkScratchSize();
    for (const Buffer &buffer : kernel.buffers) memory_.push_back(initial(buffer, inputs, outputs));
    if (!inputs.empty() || !outputs.empty()) throw InternalError("a loop kernel got too many arguments");
  }

  void run() { block(kernel_.body); }

private:
  // Buffers.

  void checkScratchSize() const {
    std::optional<std::int64_t> total = 0;
    for (const Buffer &buffer : kernel_.buffers) {
      if (buffer.storage != Storage::Scratch && buffer.storage != Storage::Registers) continue;
      const auto count = elementCount(buffer.type);
      const auto elements = count ? checkedMul(*count, buffer.lanes) : std::nullopt;
      total = total && elements ? checkedAdd(*total, *elements) : std::nullopt;
    }
    if (!total || *total > maxOwnElements)
      throwError({{DiagnosticKind::OutOfMemory, "the kernel's scratch memory is too large to be interpreted"}}, "");
  }

  /// A buffer before the kernel starts; arguments are taken from the front of the lists.
  static Memory initial(const Buffer &buffer, std::span<const ConstTensorRef> &inputs,
                        std::span<const TensorRef> &outputs) {
    switch (buffer.storage) {
    case Storage::In: return takeArgument(buffer, inputs);
    case Storage::Out: return takeArgument(buffer, outputs);
    case Storage::Const: return OwnElements(buffer.elements.begin(), buffer.elements.end());
    case Storage::Iota: return Positions();
    case Storage::Scratch:
    case Storage::Registers: return OwnElements();
    }
    throw InternalError("a buffer of no known storage");
  }

  template <class Ref> static Ref takeArgument(const Buffer &buffer, std::span<const Ref> &arguments) {
    if (arguments.empty()) throw InternalError(fmt::format("there is no argument for %{}", buffer.name));
    const Ref argument = arguments.front();
    arguments = arguments.subspan(1);
    if (argument.dtype != buffer.type.dtype || elementCount(argument.type()) != elementCount(buffer.type))
      throw InternalError(
          fmt::format("%{} is {}, its argument {}", buffer.name, str(buffer.type), str(argument.type())));
    return argument;
  }

  // Statements.

  void block(const Block &block) {
    for (const Stmt &stmt : block)
      std::visit(Overloaded{
                     [&](const Store &store) { this->store(store); },
                     [](const Prefetch &) {},
                     [&](const Declare &declare) { this->declare(declare.buffer); },
                     [&](const For &loop) { this->loop(loop); },
                 },
                 stmt.node);
    for (const Stmt &stmt : block)
      if (const auto *declare = std::get_if<Declare>(&stmt.node)) memory_[declare->buffer.index()] = OwnElements();
  }

  void declare(BufferId id) {
    const Buffer &buffer = kernel_[id];
    const std::int64_t count = elementCount(buffer.type).value() * buffer.lanes;
    memory_[id.index()] = OwnElements(static_cast<std::size_t>(count));
  }

  void loop(const For &loop) {
    const std::int64_t end = loop.bound ? std::min(loop.extent, value(*loop.bound)) : loop.extent;
    auto &var = vars_[loop.var.index()];
    for (std::int64_t i = 0; i < end; ++i) {
      var = i;
      block(loop.body);
    }
    var = std::nullopt;
  }

  /// All lanes are evaluated before one is written.
  void store(const Store &store) {
    const std::int64_t active = store.laneBound ? std::min(store.lanes, value(*store.laneBound)) : store.lanes;
    std::vector<Scalar> lanes;
    for (lane_ = 0; lane_ < active; ++lane_)
      lanes.push_back(scalar::evaluate(
          store.value, {.operand = [&](std::size_t operand) { return read(store.operands[operand]); }}));
    if (store.reduce) {
      lane_ = 0;
      return write(store.target, reduce(*store.reduce, store.value.type(), lanes, store.target));
    }
    for (lane_ = 0; lane_ < active; ++lane_) write(store.target, lanes[static_cast<std::size_t>(lane_)]);
  }

  Scalar reduce(ScalarOp op, DType type, const std::vector<Scalar> &lanes, const Access &target) const {
    Scalar folded = identity(op, type);
    for (const Scalar &lane : lanes) folded = apply(op, type, folded, lane);
    return apply(op, type, read(target), folded);
  }

  static Scalar apply(ScalarOp op, DType type, const Scalar &a, const Scalar &b) {
    const Scalar arguments[] = {a, b};
    return scalar::evaluate(op, type, arguments);
  }

  // Elements.

  Scalar read(const Access &access) const {
    const Buffer &buffer = kernel_[access.buffer];
    const std::int64_t at = offset(access);
    return std::visit(Overloaded{
                          [&](const ConstTensorRef &ref) { return loadElement(ref.data, buffer.type.dtype, at); },
                          [&](const TensorRef &ref) { return loadElement(ref.data, buffer.type.dtype, at); },
                          [&](const OwnElements &elements) {
                            const auto &element = elements[ownIndex(buffer, elements, at)];
                            if (!element) throw InternalError("%" + buffer.name + " is read where nothing was written");
                            return *element;
                          },
                          [&](const Positions &) -> Scalar { return at; },
                      },
                      memory_[access.buffer.index()]);
  }

  void write(const Access &access, const Scalar &value) {
    const Buffer &buffer = kernel_[access.buffer];
    const std::int64_t at = offset(access);
    if (dtypeOfScalar(value) != buffer.type.dtype) throw InternalError("%" + buffer.name + " gets another type");
    if (buffer.storage == Storage::Const) throw InternalError("the const %" + buffer.name + " is written");
    std::visit(Overloaded{
                   [&](ConstTensorRef &) { throw InternalError("the input %" + buffer.name + " is written"); },
                   [&](TensorRef &ref) { storeElement(ref.data, at, value); },
                   [&](Positions &) { throw InternalError("the iota %" + buffer.name + " is written"); },
                   [&](OwnElements &elements) { elements[ownIndex(buffer, elements, at)] = value; },
               },
               memory_[access.buffer.index()]);
  }

  /// The element's place in its buffer. Each axis is checked, so that no wrong index goes unseen because it happens to
  /// arrive at another element.
  std::int64_t offset(const Access &access) const {
    const Buffer &buffer = kernel_[access.buffer];
    const std::vector<std::int64_t> strides = buffer.type.stridesOrRowMajor();
    if (access.indices.size() != buffer.type.rank()) throw InternalError("%" + buffer.name + " has another rank");
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < strides.size(); ++axis) {
      const std::int64_t index = value(access.indices[axis]);
      if (index < 0 || index >= buffer.type.shape[axis])
        throw InternalError(fmt::format("%{}: index {} of {} is out of bounds", buffer.name, index, str(buffer.type)));
      offset += index * strides[axis];
    }
    return offset;
  }

  /// Where an element of the kernel's own lies: the lanes of a vector register stand beside each other.
  std::size_t ownIndex(const Buffer &buffer, const OwnElements &elements, std::int64_t offset) const {
    const std::int64_t index = buffer.lanes == 1 ? offset : offset * buffer.lanes + lane_;
    if (lane_ >= buffer.lanes && buffer.lanes > 1) throw InternalError("%" + buffer.name + " has fewer lanes");
    if (index >= static_cast<std::int64_t>(elements.size()))
      throw InternalError("%" + buffer.name + " is used outside of its life");
    return static_cast<std::size_t>(index);
  }

  std::int64_t value(const Affine &expr) const {
    return evaluate(expr, [&](std::uint32_t var) -> std::int64_t {
      if (var == laneVariable) return lane_;
      if (!vars_[var]) throw InternalError("'" + kernel_.vars[var] + "' is used outside its loop");
      return *vars_[var];
    });
  }

  const Kernel &kernel_;
  std::vector<Memory> memory_;                    ///< of each buffer
  std::vector<std::optional<std::int64_t>> vars_; ///< of each loop variable whose loop is running
  std::int64_t lane_ = 0;
};

} // namespace

void interpretLoop(const loop::Kernel &kernel, std::span<const ConstTensorRef> inputs,
                   std::span<const TensorRef> outputs) {
  LoopInterpreter(kernel, inputs, outputs).run();
}

std::vector<AnyTensor> interpretLoop(const loop::Kernel &kernel, std::span<const ConstTensorRef> inputs) {
  std::vector<AnyTensor> memory, results; // memory with whatever gaps the outputs have
  std::vector<TensorRef> outputs;
  for (const Buffer &buffer : kernel.buffers) {
    if (buffer.storage != Storage::Out) continue;
    const Reach reach = reachOf(buffer.type);
    memory.push_back(AnyTensor({buffer.type.dtype, {reach.end - reach.first}}));
    const auto elementBytes = static_cast<std::int64_t>(byteSize(buffer.type.dtype));
    outputs.emplace_back(static_cast<char *>(memory.back().data()) - reach.first * elementBytes, buffer.type);
  }
  interpretLoop(kernel, inputs, outputs);
  for (const TensorRef &output : outputs) {
    results.emplace_back(output.type());
    copyToRowMajor(output, results.back().data());
  }
  return results;
}

} // namespace einjit
