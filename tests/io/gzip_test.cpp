#include "io/gzip.hpp"

#include <gtest/gtest.h>

#include <string>

namespace convolab {
namespace {

using Bytes = std::vector<std::uint8_t>;

// "hello".
const Bytes hello = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xcb, 0x48, 0xcd,
                     0xc9, 0xc9, 0x07, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00};

TEST(Gzip, KnowsItsFiles) {
  EXPECT_TRUE(is_gzip(hello));
  EXPECT_FALSE(is_gzip(Bytes{0x1f}));
  EXPECT_FALSE(is_gzip(Bytes{0, 0, 8, 3}));
}

#ifdef CONVOLAB_HAVE_ZLIB

TEST(Gzip, Inflates) {
  Bytes twice = hello;  // two members, as `cat a.gz b.gz` makes them
  twice.insert(twice.end(), hello.begin(), hello.end());
  const auto once_back = gunzip(hello, "x.gz"), twice_back = gunzip(twice, "x.gz");
  ASSERT_TRUE(once_back && twice_back);
  EXPECT_EQ(std::string(once_back->begin(), once_back->end()), "hello");
  EXPECT_EQ(std::string(twice_back->begin(), twice_back->end()), "hellohello");
  twice.resize(hello.size() + 3);  // padding behind the end is passed over
  std::fill(twice.end() - 3, twice.end(), std::uint8_t{0});
  EXPECT_EQ(gunzip(twice, "")->size(), 5u);
}

TEST(Gzip, RefusesDamage) {
  const auto message = [](const Bytes& file, std::size_t limit = 1000) {
    const auto result = gunzip(file, "x.gz", limit);
    return result ? "(inflated)" : result.error().text();
  };
  EXPECT_EQ(message({1, 2, 3}), "x.gz: this is not a gzip file: it does not begin with 1f 8b");
  EXPECT_EQ(message(Bytes(hello.begin(), hello.end() - 6)),
            "x.gz: this gzip file is cut short after 19 bytes");
  Bytes bad = hello;
  bad[17] ^= 1;  // its checksum
  EXPECT_NE(message(bad).find("x.gz: this gzip file is damaged at byte"), std::string::npos);
  EXPECT_EQ(message(hello, 4), "x.gz: it inflates to more than 4 bytes");
  for (std::size_t size = 0; size < hello.size(); ++size)
    EXPECT_NE(message(Bytes(hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(size))),
              "(inflated)");
}

#else

TEST(Gzip, SaysThatThisBuildCannot) {
  const auto result = gunzip(hello, "x.gz");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::unsupported);
}

#endif

}  // namespace
}  // namespace convolab
