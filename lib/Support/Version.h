// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace einjit {

/// einjit's version, such as `0.1.0`.
const char *versionText();

} // namespace einjit
