#include "io/gzip.hpp"

#ifdef CONVOLAB_HAVE_ZLIB
#include <zlib.h>

#include <algorithm>
#include <limits>
#endif

namespace convolab {

bool is_gzip(std::span<const std::uint8_t> file) {
  return file.size() >= 2 && file[0] == 0x1f && file[1] == 0x8b;
}

#ifdef CONVOLAB_HAVE_ZLIB

namespace {

struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK;  // 16: gzip, not zlib
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready) inflateEnd(&stream);
  }
};

}  // namespace

Expected<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t> file,
                                           const std::string& where, std::size_t limit) {
  const auto bad = [&](std::string message) {
    return fail(ErrorCode::bad_file, where, std::move(message));
  };
  if (!is_gzip(file)) return bad("this is not a gzip file: it does not begin with 1f 8b");
  if (file.size() > std::numeric_limits<uInt>::max())
    return bad("gzip files of 4 GiB and more are not read");
  Inflater inflater;
  if (!inflater.ready) return fail(ErrorCode::out_of_memory, where, "no memory to inflate it");
  z_stream& stream = inflater.stream;
  stream.next_in = const_cast<Bytef*>(file.data());  // zlib's interface predates const
  stream.avail_in = static_cast<uInt>(file.size());
  std::vector<std::uint8_t> out(std::min(limit, std::max<std::size_t>(file.size() * 4, 1024)));
  std::size_t size = 0;
  for (;;) {
    if (size == out.size()) {
      if (size >= limit) return bad("it inflates to more than " + std::to_string(limit) + " bytes");
      out.resize(std::min(limit, size * 2));
    }
    const std::size_t room = std::min<std::size_t>(out.size() - size, 1u << 30);
    stream.next_out = out.data() + size;
    stream.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream, Z_NO_FLUSH);
    size += room - stream.avail_out;
    if (result == Z_STREAM_END) {
      const auto rest = file.last(stream.avail_in);
      if (!is_gzip(rest)) break;  // some tools pad the file
      inflateReset(&stream);      // another member follows
    } else if (result == Z_BUF_ERROR ||
               (result == Z_OK && stream.avail_in == 0 && stream.avail_out > 0)) {
      return bad("this gzip file is cut short after " + std::to_string(file.size()) + " bytes");
    } else if (result != Z_OK) {
      return bad("this gzip file is damaged at byte " +
                 std::to_string(file.size() - stream.avail_in) +
                 (stream.msg ? std::string(": ") + stream.msg : std::string()));
    }
  }
  out.resize(size);
  return out;
}

#else

Expected<std::vector<std::uint8_t>> gunzip(std::span<const std::uint8_t>, const std::string& where,
                                           std::size_t) {
  return fail(ErrorCode::unsupported, where,
              "this build of the engine cannot read gzip; give it the unpacked file");
}

#endif

}  // namespace convolab
