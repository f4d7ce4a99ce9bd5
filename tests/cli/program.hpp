// Runs the command line program as a user would, and keeps what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace convolab::test {

struct Outcome {
  int code = -1;  // exit code; -1 when a signal ended it
  std::string out, err;
};

// Runs the program with these arguments in `folder`, or another one: a path, or a name to be found.
Outcome run_program(const std::vector<std::string>& arguments,
                    const std::filesystem::path& folder = ".",
                    const std::string& program = CONVOLAB_CLI);

// A folder of its own that goes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

void write(const std::filesystem::path& path, const std::string& content);
std::string read(const std::filesystem::path& path);
std::vector<std::string> lines(const std::string& text);

}  // namespace convolab::test
