// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts of the tensor IR's text, which the printer, the parser and the verifier's complaints share.
#pragma once

#include "Tensor/Kernel.h"
#include <string>
#include <string_view>

namespace einjit::tensor {

/// Whether the text can name a kernel or an iterator: a letter or underscore, then letters, digits and underscores,
/// with dots between them.
bool isIdentifier(std::string_view text);
/// Whether the text can name a value: an identifier, or digits.
bool isValueName(std::string_view text);

TensorType rowMajor(const TensorType &type);

/// `%a`. Like the other two, it shows also what does not exist (`%?7`), so that a malformed kernel can be looked at.
std::string valueText(const Kernel &kernel, ValueId id);
/// `c + 1`
std::string indexText(const Generic &op, const Affine &index);
/// `%a[b,c + 1]`
std::string accessText(const Kernel &kernel, const Generic &op, const Access &access);

} // namespace einjit::tensor
