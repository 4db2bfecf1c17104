// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <zlib.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "base/file_descriptor.h"
#include "base/testing.h"

namespace emamba {
namespace {

std::string pack(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  deflate(&z, Z_FINISH);
  packed.resize(z.total_out);
  deflateEnd(&z);
  return packed;
}

TEST(Files, ReadBackWhatWasWritten) {
  TestFolder folder;
  const std::string path = folder / "new/folders/a.bin";
  const std::string bytes("\0\n\xff text", 8);
  write_file(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
  write_file(path, "");
  EXPECT_EQ(read_file(path), "");
  EXPECT_EQ(folder.entries(), 3u) << "two folders, one file, nothing temporary";
  EXPECT_TRUE(file_exists(path));
  EXPECT_FALSE(file_exists(folder.path()));
  EXPECT_FALSE(file_exists(folder / "b"));
}

TEST(Files, ReadsAStart) {
  TestFolder folder;
  write_file(folder / "a", "12345");
  EXPECT_EQ(read_file_start(folder / "a", 3).bytes, "123");
  EXPECT_EQ(read_file_start(folder / "a", 3).file_bytes, 5u);
  EXPECT_EQ(read_file_start(folder / "a", 99).bytes, "12345");
  expect_error([&] { read_file_start(folder / "none", 3); }, "none: cannot read: No such file");
  expect_error([&] { read_file_start(folder.path(), 3); }, "is no regular file");
}

TEST(Files, ReadingNamesTheProblem) {
  TestFolder folder;
  write_file(folder / "a", "12345");
  expect_error([&] { read_file(folder / "none"); }, "none: cannot read: No such file");
  expect_error([&] { read_file(folder.path()); }, "is no regular file");
  expect_error([&] { read_file("/dev/zero"); }, "is no regular file");
  expect_error([&] { read_file(folder / "a", 4); }, "5 bytes, where at most 4");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_error([&] { read_file(folder / "pipe"); }, "is no regular file");
}

// What and why, whichever function reads.
void expect_unreadable(const std::string& path, const std::string& text, const std::string& hint) {
  SCOPED_TRACE(path);
  const std::vector<std::function<void()>> readers = {
      [&] { read_file(path); }, [&] { read_file_start(path, 9); }, [&] { sha256_file(path); }};
  for (const auto& read : readers) {
    try {
      read();
      ADD_FAILURE() << "was read";
    } catch (const ReadError& e) {
      EXPECT_EQ(e.what(), path + text);
      EXPECT_NE(e.hint().find(hint), std::string::npos) << e.hint();
    }
  }
}

TEST(Files, WhatCannotBeReadSaysWhatItIs) {
  TestFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(symlink("loop", (folder / "loop").c_str()), 0);
  ASSERT_EQ(symlink("gone", (folder / "dangling").c_str()), 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (folder / "socket").copy(address.sun_path, sizeof(address.sun_path) - 1);
  const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  expect_unreadable(folder.path(), ": is no regular file but a folder", "Name a file");
  expect_unreadable(folder / "pipe", ": is no regular file but a named pipe", "Name a file");
  expect_unreadable(folder / "socket", ": is no regular file but a socket", "Name a file");
  expect_unreadable("/dev/null", ": is no regular file but a device", "Name a file");
  expect_unreadable(folder / "none", ": cannot read: No such file or directory", "path");
  expect_unreadable(folder / "dangling", ": cannot read: No such file or directory",
                    "a link to a file that is not there");
  expect_unreadable(folder / "loop", ": cannot read: Too many levels of symbolic links",
                    "leads back to itself");
  for (const char* name : {"pipe", "loop", "dangling", "socket"}) {
    EXPECT_TRUE(something_is_at(folder / name)) << name;
    EXPECT_FALSE(file_exists(folder / name)) << name;
  }
  EXPECT_FALSE(something_is_at(folder / "none"));
  EXPECT_FALSE(something_is_at("/dev/null/none"));
}

TEST(Files, AForbiddenFileAsksForItsPermissions) {
  TestFolder folder;
  write_file(folder / "locked/a", "text");
  write_file(folder / "b", "text");
  ASSERT_EQ(chmod((folder / "b").c_str(), 0), 0);
  ASSERT_EQ(chmod((folder / "locked").c_str(), 0), 0);
  as_nobody(folder, [&] {
    expect_unreadable(folder / "b", ": cannot read: Permission denied", "owner and permissions");
    expect_unreadable(folder / "locked/a", ": cannot read: Permission denied", "permissions");
    EXPECT_TRUE(something_is_at(folder / "locked/a"));
  });
  ASSERT_EQ(chmod((folder / "locked").c_str(), 0700), 0);
}

TEST(Files, WritingNamesTheProblem) {
  TestFolder folder;
  write_file(folder / "a", "old");
  expect_error([&] { write_file(folder / "a/b", "x"); }, "cannot write: Not a directory");
  expect_error([&] { write_file(folder.path(), "x"); }, "is a folder");
  expect_error([&] { write_file("/dev/full", "x"); }, "/dev/full: is no regular file");
  expect_error([&] { write_file("/proc/no-such-folder/x", "x"); }, "/proc/no-such-folder");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(Files, WhatAKilledWriterLeftGoesWithTheNextWriting) {
  TestFolder folder;
  std::ofstream(folder / "a.tmp") << "half of a much longer te";
  write_file(folder / "a", "whole");
  EXPECT_EQ(read_file(folder / "a"), "whole");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(Files, SeveralWritersOfOneFileLeaveOneOfTheirs) {
  TestFolder folder;
  std::vector<std::thread> writers;
  for (char c = 'a'; c < 'e'; ++c) {
    writers.emplace_back([&, c] {
      for (int i = 0; i < 20; ++i) write_file(folder / "a", std::string(5000 + c, c));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string bytes = read_file(folder / "a");
  EXPECT_EQ(bytes, std::string(5000 + bytes[0], bytes[0]));
  EXPECT_EQ(folder.entries(), 1u);
}

// A limit on the file size fails in write() as a full disk does.
TEST(Files, AFullDiskLeavesTheOldFile) {
  TestFolder folder;
  const std::string path = folder / "a";
  write_file(path, "old");
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 100000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  try {
    write_file(path, std::string(200000, 'x'));
    ADD_FAILURE() << "the write succeeded";
  } catch (const Error& e) {
    EXPECT_EQ(std::string(e.what()), path + ": cannot write: File too large");
    EXPECT_NE(e.hint().find("space"), std::string::npos);
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(folder.entries(), 1u) << "the temporary file is still there";
}

TEST(Files, UnpackGzip) {
  std::string text;
  Rng rng{1};
  for (int i = 0; i < 3000000; ++i) text += static_cast<char>(rng.below(7));
  for (const std::string& bytes : {std::string(), std::string("abc"), text}) {
    EXPECT_TRUE(unpack_gzip(pack(bytes), "x", 1 << 22) == bytes) << bytes.size() << " bytes";
  }
  EXPECT_EQ(unpack_gzip(pack("two ") + pack("streams"), "x", 99), "two streams");
}

TEST(Files, UnpackGzipNamesTheProblem) {
  const std::string packed = pack("some text, some text, some text");
  expect_error([&] { unpack_gzip("", "x.gz", 99); }, "x.gz: damaged gzip stream");
  expect_error([&] { unpack_gzip("not gzip at all", "x.gz", 99); }, "incorrect header check");
  expect_error([&] { unpack_gzip(packed.substr(0, packed.size() - 1), "x.gz", 99); },
               "it ends too early");
  expect_error([&] { unpack_gzip(packed + "garbage", "x.gz", 99); }, "damaged gzip stream");
  std::string damaged = packed;
  damaged[packed.size() - 8] ^= 1;
  expect_error([&] { unpack_gzip(damaged, "x.gz", 99); }, "incorrect data check");
}

// A bomb costs as much as was asked for, whatever it would unpack to.
TEST(Files, UnpackGzipStopsWhereItIsTold) {
  const std::string bomb = pack(std::string(1 << 26, 'a'));
  EXPECT_LT(bomb.size(), 100000u);
  EXPECT_EQ(unpack_gzip(bomb, "x.gz", 5), "aaaaa");
  EXPECT_EQ(unpack_gzip(bomb, "x.gz", 0), "");
  const std::string more = unpack_gzip(bomb, "x.gz", (1 << 20) + 7);
  EXPECT_EQ(more.size(), (1u << 20) + 7);
  EXPECT_LT(more.capacity(), 1u << 22);
}

TEST(Files, UnpackGzipSurvivesDamage) {
  const std::string packed = pack("some text, some text, some text");
  fuzz(packed, 12, 3000, [](const std::string& b) { unpack_gzip(b, "fuzz", 1 << 16); });
}

// Examples published with the standard, and every length around a block's end.
TEST(Sha256, KnownValues) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  std::string all;
  for (std::size_t n = 0; n <= 130; ++n) all += sha256(std::string(n, 'a'));
  EXPECT_EQ(sha256(all), "5eee4c50e1b5ec4f1a47f34c25ca988850b49da7904f5ab1b3abc5cc0ae66ef9");
}

TEST(Sha256, OfAFile) {
  TestFolder folder;
  const std::string bytes((1 << 20) + 77, 'q');
  write_file(folder / "a", bytes);
  EXPECT_EQ(sha256_file(folder / "a"), sha256(bytes));
  expect_error([&] { sha256_file(folder / "b"); }, "b: cannot read");
  expect_error([&] { sha256_file(folder.path()); }, "a folder");
}

}  // namespace
}  // namespace emamba
