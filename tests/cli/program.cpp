#include "cli/program.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace convolab::test {
namespace fs = std::filesystem;

namespace {

// For the shell: nothing in it means anything.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Outcome run_program(const std::vector<std::string>& arguments, const fs::path& folder,
                    const std::string& program) {
  const Folder scratch;
  std::string command = "cd " + quoted(folder.string()) + " && exec " + quoted(program);
  for (const std::string& each : arguments) command += " " + quoted(each);
  command += " >" + quoted(scratch / "out") + " 2>" + quoted(scratch / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(scratch / "out"),
          read(scratch / "err")};
}

Folder::Folder() {
  std::string name = (fs::path(testing::TempDir()) / "convolab-XXXXXX").string();
  if (!mkdtemp(name.data())) ADD_FAILURE() << "cannot make " << name;
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out.push_back(line);
  return out;
}

}  // namespace convolab::test
