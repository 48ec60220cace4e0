// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

namespace einjit {

/// This thread's own `T`, made when it is first asked for. Null once it has been destroyed: the destructors of the
/// thread's other objects, which run in no order that the library knows, may still come here.
template <class T> T *threadsOwn() {
  struct Owner {
    T value;
    bool &isGone;
    ~Owner() { isGone = true; }
  };
  static constinit thread_local bool isGone = false; // outlives all that has a destructor
  if (isGone) return nullptr;
  thread_local Owner owner{{}, isGone};
  return &owner.value;
}

} // namespace einjit
