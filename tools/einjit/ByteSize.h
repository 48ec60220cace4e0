// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace einjit::cli {

/// `1000`, `64KiB`, `2MiB`, `1GiB`; nothing for any other text and for sizes that do not fit 63 bits.
std::optional<std::int64_t> parseByteSize(std::string_view text);

} // namespace einjit::cli
