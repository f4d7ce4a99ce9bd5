#include "inspector/hosts/settings.hpp"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "cli/files.hpp"

namespace convolab::inspector {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::string settings_file() {
  std::filesystem::path folder = variable("XDG_CONFIG_HOME");
  if (!folder.is_absolute()) {  // as its specification says
    const std::string home = variable("HOME");
    if (home.empty()) return "";
    folder = std::filesystem::path(home) / ".config";
  }
  return (folder / "convolab" / "inspector.ini").string();
}

Settings load_settings(const std::string& file) {
  Settings settings;
  const auto bytes = cli::read_file(file);
  if (!bytes) return settings;
  const std::string text(cli::as_text(*bytes));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (float zoom = 0; key == "zoom" && words >> zoom && zoom >= 0.5f && zoom <= 4)
      settings.zoom = zoom;
    if (int dark = 0; key == "dark" && words >> dark) settings.dark = dark != 0;
    if (int w = 0, h = 0; key == "window" && words >> w >> h && w >= 200 && h >= 200) {
      settings.width = w;
      settings.height = h;
    }
  }
  settings.layout = text;  // whose lines have names of their own
  return settings;
}

bool save_settings(const std::string& file, const Settings& settings) {
  if (file.empty()) return false;
  if (!cli::make_folder(std::filesystem::path(file).parent_path())) return false;
  std::ostringstream out;
  out << "zoom " << settings.zoom << "\ndark " << (settings.dark ? 1 : 0) << "\nwindow "
      << settings.width << ' ' << settings.height << '\n'
      << settings.layout;
  return cli::write_file(file, out.str()).has_value();
}

}  // namespace convolab::inspector
