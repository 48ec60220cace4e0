// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads the text of Kernel.h. Only names are resolved here: what a text says may still break the rules of the loop IR,
// which verify() knows.
#include "Loop/Kernel.h"
#include "Support/TextReader.h"
#include <algorithm>
#include <fmt/format.h>

namespace einjit::loop {
namespace {

/// Loops inside each other that a text may have; every pass over a kernel recurs as deep.
constexpr int maxLoopNesting = 256;

class KernelParser {
public:
  explicit KernelParser(std::string_view text) : reader_(text) {}

  Result<Kernel> parse() {
    reader_.expect("kernel") && reader_.expect("@");
    if (auto name = reader_.identifier("the kernel's name")) kernel_.name = std::move(*name);
    parameters();
    if (reader_.expect("{")) {
      while (reader_.accept("const")) constant();
      while (reader_.accept("iota")) memory(Storage::Iota);
      kernel_.body = block();
    }
    if (!reader_.atEnd()) reader_.fail("nothing may follow the kernel");
    if (reader_.failed()) return reader_.error();
    return std::move(kernel_);
  }

private:
  // Buffers.

  void parameters() {
    reader_.expect("(");
    if (reader_.accept(")")) return;
    do parameter();
    while (reader_.accept(","));
    reader_.expect(")");
  }

  void parameter() {
    const bool isOutput = reader_.accept("out");
    if (!isOutput && !reader_.accept("in")) {
      reader_.fail("expected 'in' or 'out'");
      return;
    }
    const bool streams = isOutput && reader_.accept("stream");
    const auto id = memory(isOutput ? Storage::Out : Storage::In);
    if (!id) return;
    kernel_[*id].stream = streams;
    if (isOutput && reader_.accept("over")) kernel_[*id].over = knownBuffer();
  }

  void constant() {
    const auto id = memory(Storage::Const);
    if (!id || !reader_.expect("(") || reader_.accept(")")) return;
    do element(kernel_[*id]);
    while (reader_.accept(","));
    reader_.expect(")");
  }

  void element(Buffer &buffer) {
    const std::uint32_t begin = reader_.position();
    const std::string text = reader_.until(",)");
    const std::optional<Scalar> value = parseScalar(text, buffer.type.dtype);
    if (value)
      buffer.elements.push_back(*value);
    else
      reader_.failSince(begin, fmt::format("expected a value of type {}", name(buffer.type.dtype)));
  }

  /// `%a: f32[8,16]`
  std::optional<BufferId> memory(Storage storage) {
    const auto name = newBuffer();
    if (!name) return std::nullopt;
    return ofType(*name, storage);
  }

  std::optional<BufferId> ofType(const std::string &name, Storage storage) {
    auto type = reader_.tensorType();
    if (!type) return std::nullopt;
    return add({name, storage, std::move(*type)});
  }

  /// `%acc: <16 x f32>[8]`, or `%s: f32[]` for scalar registers.
  std::optional<BufferId> registers() {
    const auto name = newBuffer();
    if (!name) return std::nullopt;
    if (!reader_.accept("<")) return ofType(*name, Storage::Registers);
    const auto lanes = reader_.integer("the number of lanes");
    const auto dtype = reader_.expect("x") ? elementType() : std::nullopt;
    auto shape = reader_.expect(">") ? reader_.integerList("an extent") : std::nullopt;
    if (!lanes || !dtype || !shape) return std::nullopt;
    return add({*name, Storage::Registers, {*dtype, std::move(*shape)}, *lanes});
  }

  std::optional<DType> elementType() {
    const std::uint32_t begin = reader_.position();
    const std::string text = reader_.identifier("an element type").value_or("");
    const auto dtype = parseDType(text);
    if (!dtype) reader_.failSince(begin, "expected an element type");
    return dtype;
  }

  /// `%a:` with a name that is not taken.
  std::optional<std::string> newBuffer() {
    reader_.expect("%");
    const std::uint32_t begin = reader_.position();
    auto name = reader_.identifier("the buffer's name");
    if (!name) return std::nullopt;
    if (kernel_.findBuffer(*name)) reader_.failSince(begin, fmt::format("there is a %{} already", *name));
    if (!reader_.expect(":")) return std::nullopt;
    return name;
  }

  BufferId add(Buffer buffer) {
    kernel_.buffers.push_back(std::move(buffer));
    return BufferId(kernel_.buffers.size() - 1);
  }

  // Statements.

  /// What stands between `{`, which has been read, and `}`.
  Block block() {
    Block body;
    while (!reader_.failed() && !reader_.accept("}"))
      if (auto stmt = statement()) body.push_back(std::move(*stmt));
    return body;
  }

  std::optional<Stmt> statement() {
    if (reader_.accept("for")) return loop(LoopKind::Serial);
    if (reader_.accept("unroll")) return loop(LoopKind::Unrolled);
    if (reader_.accept("parallel")) return loop(LoopKind::Parallel);
    if (reader_.accept("scratch")) return declare(memory(Storage::Scratch));
    if (reader_.accept("registers")) return declare(registers());
    if (reader_.accept("prefetch")) return prefetch();
    if (reader_.peek("%") || reader_.peekInteger()) return store();
    reader_.fail("expected a statement or '}'");
    return std::nullopt;
  }

  static std::optional<Stmt> declare(std::optional<BufferId> buffer) {
    if (!buffer) return std::nullopt;
    return Stmt{Declare{*buffer}};
  }

  std::optional<Stmt> prefetch() {
    auto address = access();
    if (!address) return std::nullopt;
    const bool toL2 = reader_.accept("to") && reader_.expect("L2");
    return Stmt{Prefetch{std::move(*address), toL2}};
  }

  std::optional<Stmt> loop(LoopKind kind) {
    if (depth_ == maxLoopNesting) reader_.fail(fmt::format("more than {} loops inside each other", maxLoopNesting));
    const std::uint32_t begin = reader_.position();
    const auto name = reader_.identifier("the loop's variable");
    if (!name) return std::nullopt;
    if (*name == "lane") reader_.failSince(begin, "'lane' is the number of the lane");
    For loop{kernel_.var(*name), kind, 0, {}, {}};
    reader_.expect("in") && reader_.expect("0") && reader_.expect("..");
    extent(loop);
    if (!reader_.expect("{")) return std::nullopt;
    ++depth_;
    loop.body = block();
    --depth_;
    return Stmt{std::move(loop)};
  }

  /// `16`, or `min(16, -16*i + 37)`.
  void extent(For &loop) {
    const bool bounded = reader_.accept("min");
    if (bounded) reader_.expect("(");
    loop.extent = reader_.integer("the loop's extent").value_or(0);
    if (!bounded) return;
    if (reader_.expect(",")) loop.bound = affine();
    reader_.expect(")");
  }

  std::optional<Stmt> store() {
    Store store;
    if (reader_.peekInteger()) lanes(store);
    auto target = access();
    if (!target || !reader_.expect("=")) return std::nullopt;
    store.target = std::move(*target);
    auto value = scalar::parse(reader_, [&] { return operand(store.operands); });
    if (!value) return std::nullopt;
    store.value = std::move(*value);
    return Stmt{std::move(store)};
  }

  /// `16 lanes if lane < -16*i + 37 reduce add:`
  void lanes(Store &store) {
    store.lanes = reader_.integer().value_or(1);
    reader_.expect("lanes");
    if (reader_.accept("if") && reader_.expect("lane") && reader_.expect("<")) store.laneBound = affine();
    if (reader_.accept("reduce")) store.reduce = reducer();
    reader_.expect(":");
  }

  std::optional<ScalarOp> reducer() {
    const std::uint32_t begin = reader_.position();
    const std::string text = reader_.identifier("a reduction").value_or("");
    const auto op = parseScalarOp(text);
    if (!op) reader_.failSince(begin, fmt::format("there is no operation '{}'", text));
    return op;
  }

  // Accesses.

  /// The access as an operand of the store; equal accesses are one.
  std::optional<scalar::ParsedOperand> operand(std::vector<Access> &operands) {
    auto read = access();
    if (!read) return std::nullopt;
    const DType type = kernel_[read->buffer].type.dtype;
    const auto known = std::find(operands.begin(), operands.end(), *read);
    const auto index = static_cast<std::size_t>(known - operands.begin());
    if (known == operands.end()) operands.push_back(std::move(*read));
    return scalar::ParsedOperand{index, type};
  }

  /// `%a`
  std::optional<BufferId> knownBuffer() {
    reader_.expect("%");
    const std::uint32_t begin = reader_.position();
    const auto name = reader_.identifier("a buffer's name");
    if (!name) return std::nullopt;
    const auto buffer = kernel_.findBuffer(*name);
    if (!buffer) reader_.failSince(begin, fmt::format("there is no %{} here", *name));
    return buffer;
  }

  std::optional<Access> access() {
    const auto buffer = knownBuffer();
    auto indices = indexList();
    if (reader_.failed()) return std::nullopt;
    return Access{*buffer, std::move(indices)};
  }

  std::vector<Affine> indexList() {
    std::vector<Affine> indices;
    if (!reader_.expect("[") || reader_.accept("]")) return indices;
    do indices.push_back(affine().value_or(Affine{}));
    while (reader_.accept(","));
    reader_.expect("]");
    return indices;
  }

  std::optional<Affine> affine() {
    return parseAffine(reader_, [&](std::string_view name) -> std::optional<std::uint32_t> {
      if (name == "lane") return laneVariable;
      const auto var = kernel_.findVar(name);
      return var ? std::optional(var->value) : std::nullopt;
    });
  }

  TextReader reader_;
  Kernel kernel_;
  int depth_ = 0;
};

} // namespace

Result<Kernel> parseKernel(std::string_view text) { return KernelParser(text).parse(); }

} // namespace einjit::loop
