#include "cli/files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace convolab::cli {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

tl::unexpected<Error> refused(const std::filesystem::path& path, const std::string& what,
                              int reason) {
  return fail(reason == ENOENT ? ErrorCode::not_found : ErrorCode::bad_file, path.string(),
              what + ": " + std::strerror(reason));
}

}  // namespace

Expected<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return refused(path, "cannot read", EISDIR);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return refused(path, "cannot read", errno);
  std::vector<std::uint8_t> bytes;
  for (;;) {
    constexpr std::size_t chunk = std::size_t{1} << 20;
    const std::size_t before = bytes.size();
    bytes.resize(before + chunk);
    bytes.resize(before + std::fread(bytes.data() + before, 1, chunk, file.get()));
    if (std::ferror(file.get())) return refused(path, "cannot read", errno);
    if (bytes.size() < before + chunk) return bytes;
  }
}

Status write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  std::error_code reason;
  // A device or a pipe is written in place; a link's target is what gets replaced.
  const bool special =
      std::filesystem::exists(path, reason) && !std::filesystem::is_regular_file(path, reason);
  std::filesystem::path target = path;
  if (!special && std::filesystem::is_symlink(path, reason))
    target = std::filesystem::canonical(path, reason);
  std::filesystem::path draft = target;
  if (!special) draft += ".part";
  File file(std::fopen(draft.c_str(), "wb"));
  if (!file) return refused(path, "cannot write", errno);
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  const int why = errno;
  if (std::fclose(file.release()) != 0 || !written) {
    const int late = written ? errno : why;
    if (!special) std::filesystem::remove(draft, reason);
    return refused(path, "cannot write", late);
  }
  if (special) return {};
  std::filesystem::rename(draft, target, reason);
  if (reason) return refused(path, "cannot write", reason.value());
  return {};
}

Status write_file(const std::filesystem::path& path, std::string_view text) {
  return write_file(path,
                    std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

Status make_folder(const std::filesystem::path& path) {
  std::error_code reason;
  std::filesystem::create_directories(path, reason);
  if (reason) return refused(path, "cannot make this folder", reason.value());
  if (!std::filesystem::is_directory(path, reason))
    return refused(path, "cannot make this folder", EEXIST);
  return {};
}

}  // namespace convolab::cli
