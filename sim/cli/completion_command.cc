// SPDX-FileCopyrightText: syngate authors
// SPDX-License-Identifier: Apache-2.0
// `syngate completion`, and `syngate man`, which writes the manual pages when syngate is built.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app.h"
#include "completion.h"
#include "exit_code.h"
#include "manual.h"
#include "syngate/sim/capture.h"
#include "version.h"

namespace syngate::sim {
namespace {

constexpr const char* kFooter =
    "\nInstalled by cmake --install where the shells look for it. Without installing:\n"
    "  bash   source <(syngate completion bash)\n"
    "  zsh    syngate completion zsh >~/.zfunc/_syngate, with ~/.zfunc in fpath before compinit\n"
    "  fish   syngate completion fish >~/.config/fish/completions/syngate.fish\n\n"
    "Examples:\n"
    "  syngate completion bash >syngate.bash\n"
    "  syngate completion zsh --json\n\n";

struct Flags {
  std::string shell, folder, completions;
  bool json = false;
};

int run_completion(const Flags& flags, const CLI::App& app) {
  const CommandEntry root = option_tables(app);
  const std::string script = flags.shell == "bash"  ? bash_completion(root)
                             : flags.shell == "zsh" ? zsh_completion(root)
                                                    : fish_completion(root);
  if (flags.json) {
    const nlohmann::ordered_json object = {{"schema", "syngate.completion/1"},
                                           {"version", kVersion},
                                           {"shell", flags.shell},
                                           {"script", script}};
    fmt::print("{}\n", object.dump(2));
  } else {
    fmt::print("{}", script);
  }
  return kExitOk;
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw OutputError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
}

void write_pages(const CommandEntry& command, const CommandEntry& root, const std::string& folder) {
  write_file(folder + "/" + command.name("-") + ".1", manual_page(command, root));
  for (const CommandEntry& below : command.commands) write_pages(below, root, folder);
}

}  // namespace

void add_completion_command(CLI::App& app, AppContext& context) {
  auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("completion", "completion script for bash, zsh or fish");
  command->add_option("SHELL", flags->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->add_flag("--json", flags->json, "one JSON object (schema syngate.completion/1)");
  command->footer(std::string(kFooter) + kExitCodeHelp);
  command->callback([flags, &app, &context] {
    context.selected = [flags, &app] { return run_completion(*flags, app); };
  });

  CLI::App* man = app.add_subcommand("man", "write the manual pages into a folder")->group("");
  man->add_option("DIR", flags->folder, "an existing folder")->required();
  man->add_option("--completions", flags->completions,
                  "also write completion scripts, named as the shells want them, into this folder");
  man->callback([flags, &app, &context] {
    context.selected = [flags, &app] {
      const CommandEntry root = option_tables(app);
      write_pages(root, root, flags->folder);
      if (!flags->completions.empty()) {
        write_file(flags->completions + "/syngate", bash_completion(root));
        write_file(flags->completions + "/_syngate", zsh_completion(root));
        write_file(flags->completions + "/syngate.fish", fish_completion(root));
      }
      return static_cast<int>(kExitOk);
    };
  });
}

}  // namespace syngate::sim
