// convolab: the command line.
#include <cstdio>
#include <exception>

#include "cli/commands.hpp"

namespace {

// One line, whatever the message holds.
int complain(const std::string& message, int code) {
  std::string line = message;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  std::fprintf(stderr, "convolab: %s\n", line.c_str());
  return code;
}

int run(int argc, char** argv) {
  using namespace convolab;
  CLI::App app("Convolab trains and examines convolutional networks.", "convolab");
  app.set_version_flag("--version", "convolab " CONVOLAB_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(26);
  app.footer(
      "Examples:\n"
      "  convolab train --model lenet-5 --data digits --epochs 5 --seed 1 --save out/\n"
      "  convolab eval --model out/ --data digits\n"
      "  convolab summary --model lenet-5\n"
      "  convolab COMMAND --help");
  cli::Action action;
  cli::add_train(app, action);
  cli::add_eval(app, action);
  cli::add_run(app, action);
  cli::add_summary(app, action);
  cli::add_bench(app, action);
  cli::add_models(app, action);
  cli::add_layers(app, action);
  const std::string first = argc > 1 ? argv[1] : "";
  const bool is_command = !first.empty() && first[0] != '-';
  if (is_command &&
      app.get_subcommands([&](CLI::App* each) { return each->get_name() == first; }).empty())
    return complain("there is no command \"" + first + "\" (see convolab --help)",
                    cli::exit_refused);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const std::string help = "convolab " + (is_command ? first + " " : "") + "--help";
    return complain(std::string(error.what()) + " (see " + help + ")", cli::exit_refused);
  }
  const auto code = action();
  if (code) return *code;
  const bool diverged = code.error().code == ErrorCode::not_finite;
  return complain(code.error().text(), diverged ? cli::exit_not_finite : cli::exit_refused);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // memory ran out, or a file vanished while listed
    return complain(error.what(), convolab::cli::exit_refused);
  }
}
