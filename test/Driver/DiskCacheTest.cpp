// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files of the cache on disk: nothing but what was written whole, by this version and this user, is ever used.
#include "Driver/DiskCache.h"
#include "Driver/ScratchFolder.h"
#include <algorithm>
#include <cstring>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace einjit {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;

constexpr std::uint64_t plenty = 1 << 20;
const CodeKey key = hashKey("some kernel");

/// Code of a given size; linking it would fail, but it is only kept here.
CachedCode codeOf(std::size_t bytes, char filling = 'c') {
  return {{std::vector<char>(bytes, filling)}, "einjit.kernel", {64, 128, 2}, 99};
}

class DiskCacheFiles : public testing::Test {
protected:
  ScratchFolder scratch;
  const fs::path folder = scratch.path() / "deep" / "cache";
  DiskCache cache{folder.string(), plenty};

  /// The one file that there is.
  fs::path file() const {
    const auto files = test::filesIn(folder);
    EXPECT_EQ(files.size(), 1U);
    return files.empty() ? fs::path() : files.front();
  }
};

TEST_F(DiskCacheFiles, BothObjectsAreKept) {
  CachedCode code = codeOf(100);
  code.objects.push_back(std::vector<char>(50, 'd'));
  cache.store(key, code);
  EXPECT_EQ(cache.find(key), code);
}

TEST_F(DiskCacheFiles, AreReadAsTheyWereWritten) {
  EXPECT_EQ(cache.find(key), std::nullopt);
  cache.store(key, codeOf(300));
  EXPECT_EQ(cache.find(key), codeOf(300));
  EXPECT_EQ(cache.find(hashKey("another")), std::nullopt);
  EXPECT_EQ(cache.counts().stored, 1U);
  EXPECT_EQ(cache.counts().refused, 0U);
}

TEST_F(DiskCacheFiles, AreTheUsersAlone) {
  cache.store(key, codeOf(300));
  for (const fs::path &made : {scratch.path() / "deep", folder})
    EXPECT_EQ(fs::status(made).permissions(), fs::perms::owner_all) << made;
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DiskCacheFiles, AreRefusedWithAnyByteDamaged) {
  cache.store(key, codeOf(40));
  const std::string whole = test::readFile(file());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    test::writeFile(file(), damaged);
    ASSERT_EQ(cache.find(key), std::nullopt) << "byte " << i;
  }
  EXPECT_EQ(cache.counts().refused, whole.size());
  cache.store(key, codeOf(40)); // replaces the damaged file
  EXPECT_EQ(cache.find(key), codeOf(40));
}

TEST_F(DiskCacheFiles, AreRefusedAtAnyOtherLength) {
  cache.store(key, codeOf(40));
  const std::string whole = test::readFile(file());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    test::writeFile(file(), whole.substr(0, length));
    ASSERT_EQ(cache.find(key), std::nullopt) << length << " bytes";
  }
  test::writeFile(file(), whole + '\0');
  EXPECT_EQ(cache.find(key), std::nullopt);
}

/// What another version writes is whole, and says so; its sizes may be anything.
TEST_F(DiskCacheFiles, AreRefusedWhenTheyMeanSomethingElse) {
  cache.store(key, codeOf(300));
  const std::string whole = test::readFile(file());
  const auto withChange = [&](std::size_t at, char value) {
    std::string bytes = whole.substr(0, whole.size() - sizeof(CodeKey));
    bytes[at] = value;
    const CodeKey checksum = hashKey(bytes);
    return bytes + std::string(reinterpret_cast<const char *>(&checksum), sizeof checksum);
  };
  test::writeFile(file(), withChange(8, whole[8]));
  EXPECT_EQ(cache.find(key), codeOf(300)) << "the checksum is computed right here";
  const auto isRefused = [&](std::size_t at, char value) {
    test::writeFile(file(), withChange(at, value));
    return !cache.find(key);
  };
  EXPECT_TRUE(isRefused(0, 'E')) << "magic";
  EXPECT_TRUE(isRefused(8, 77)) << "format version";
  for (std::size_t at : {12, 15, 16, 23}) EXPECT_TRUE(isRefused(at, 127)) << "sizes, byte " << at;
  for (std::size_t at : {24, 39}) EXPECT_TRUE(isRefused(at, static_cast<char>(~whole[at]))) << "key, byte " << at;
}

TEST_F(DiskCacheFiles, AreRefusedIfOthersMayHaveWrittenThem) {
  cache.store(key, codeOf(300));
  for (const fs::perms open : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(file(), open, fs::perm_options::add);
    EXPECT_EQ(cache.find(key), std::nullopt);
    fs::permissions(file(), open, fs::perm_options::remove);
    EXPECT_EQ(cache.find(key), codeOf(300));
  }
  const fs::path name = file(), elsewhere = scratch.path() / "elsewhere";
  fs::rename(name, elsewhere);
  fs::create_symlink(elsewhere, name);
  EXPECT_EQ(cache.find(key), std::nullopt) << "a link";
  fs::remove(name);
  ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
  EXPECT_EQ(cache.find(key), std::nullopt) << "a pipe, which nobody writes to";
}

TEST_F(DiskCacheFiles, AreNotKeptWhereOthersMayWrite) {
  cache.store(key, codeOf(300));
  for (const fs::perms open : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(folder, open, fs::perm_options::add);
    EXPECT_EQ(cache.find(key), std::nullopt);
    cache.store(hashKey("another"), codeOf(300));
    fs::permissions(folder, open, fs::perm_options::remove);
  }
  EXPECT_EQ(test::filesIn(folder).size(), 1U);
  EXPECT_EQ(cache.counts().notStored, 2U);
}

TEST_F(DiskCacheFiles, AreNotKeptInSomebodyElsesFolder) {
  cache.store(key, codeOf(300));
  const fs::path foreign = ::geteuid() == 0 ? folder : fs::path("/usr");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(folder.c_str(), 1, 1), 0);
  }
  DiskCache there(foreign.string(), plenty);
  EXPECT_EQ(there.find(key), std::nullopt);
  there.store(key, codeOf(300));
  EXPECT_EQ(there.counts().notStored, 1U);
}

TEST_F(DiskCacheFiles, ThatCannotBeWrittenAreLeftOut) {
  const fs::path blocked = scratch.path() / "file";
  test::writeFile(blocked, "no folder");
  DiskCache nowhere((blocked / "cache").string(), plenty);
  nowhere.store(key, codeOf(300));
  EXPECT_EQ(nowhere.counts().notStored, 1U);
  EXPECT_EQ(nowhere.find(key), std::nullopt);

  cache.store(key, codeOf(plenty));
  EXPECT_EQ(cache.counts().notStored, 1U) << "larger than all there may be";
  cache.store(key, codeOf(300));
  const fs::path name = file();
  fs::remove(name);
  fs::create_directories(name / "full");
  cache.store(key, codeOf(300));
  EXPECT_EQ(cache.counts().notStored, 2U);
  EXPECT_TRUE(test::filesIn(folder).empty()) << "and nothing is left behind";
}

TEST_F(DiskCacheFiles, NotUsedForLongestGoFirst) {
  constexpr std::uint64_t capacity = 20'000;
  DiskCache small(folder.string(), capacity);
  const auto keyOf = [](int i) { return hashKey(std::to_string(i)); };
  const auto age = [&](int hours) { // of all files that are as new as can be
    for (const fs::path &file : test::filesIn(folder))
      if (fs::file_time_type::clock::now() - fs::last_write_time(file) < std::chrono::minutes(30))
        fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  };
  for (int i = 0; i < 9; ++i) {
    small.store(keyOf(i), codeOf(1900));
    age(100 - i);
  }
  EXPECT_EQ(test::filesIn(folder).size(), 9U);
  EXPECT_TRUE(small.find(keyOf(0))) << "and so it is the one that was used last";
  test::writeFile(folder / ".einjit-new-abandoned", "?");
  fs::last_write_time(folder / ".einjit-new-abandoned", fs::file_time_type::clock::now() - std::chrono::hours(2));
  test::writeFile(folder / ".einjit-new-growing", "?");
  test::writeFile(folder / "letter.txt", std::string(2 * capacity, '?'));
  for (int i = 9; i < 11; ++i) small.store(keyOf(i), codeOf(1900));
  EXPECT_FALSE(small.find(keyOf(1)));
  for (int kept : {0, 8, 9, 10}) EXPECT_TRUE(small.find(keyOf(kept))) << kept;
  EXPECT_FALSE(fs::exists(folder / ".einjit-new-abandoned"));
  EXPECT_TRUE(fs::exists(folder / ".einjit-new-growing"));
  EXPECT_TRUE(fs::exists(folder / "letter.txt")) << "which is nothing of the cache's";
}

TEST_F(DiskCacheFiles, TogetherHaveABound) {
  constexpr std::uint64_t capacity = 20'000;
  DiskCache small(folder.string(), capacity);
  for (int i = 0; i < 100; ++i) {
    small.store(hashKey(std::to_string(i)), codeOf(static_cast<std::size_t>(i) * 100));
    std::uint64_t total = 0;
    for (const fs::path &file : test::filesIn(folder)) total += fs::file_size(file);
    ASSERT_LE(total, capacity + capacity / 8);
  }
}

/// Readers find nothing or one of the codes that were written, never a mixture.
TEST_F(DiskCacheFiles, MayBeReplacedWhileTheyAreRead) {
  std::atomic<bool> over = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> readers, writers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&] {
      DiskCache mine(folder.string(), plenty);
      while (!over) {
        const auto found = mine.find(key);
        if (found && *found != codeOf(found->objects.at(0).size(), found->objects.at(0)[0])) ++wrong;
      }
      if (mine.counts().refused > 0) ++wrong;
    });
  for (int i = 0; i < 2; ++i)
    writers.emplace_back([&, i] {
      DiskCache mine(folder.string(), plenty);
      for (std::size_t n = 1; n < 300; ++n) mine.store(key, codeOf(n * 100, static_cast<char>('a' + i)));
      if (mine.counts().notStored > 0) ++wrong;
    });
  for (std::thread &writer : writers) writer.join();
  over = true;
  for (std::thread &reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(test::filesIn(folder).size(), 1U);
}

} // namespace
} // namespace einjit
