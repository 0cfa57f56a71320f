// plugins list, plugins inspect FILE
#include <sstream>

#include "kernel/plugin/plugin_directory.hpp"
#include "kernel/plugin/plugin_file.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"

namespace posternctl {

using postern::plugin::PluginFile;

namespace {

std::string padded(const std::string& text, std::size_t width) {
    return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
}

/// What a plugin says of itself, a line for each thing.
class Description {
public:
    void field(const char* name, const std::string& text) {
        report_.set(name, text);
        if (!text.empty()) report_.say(padded(name, 12) + text);
    }
    void interfaces(const char* name, const std::vector<postern::plugin::InterfaceRef>& list) {
        static constexpr const char* strengths[] = {"", " (if there)", " (order only)"};
        boost::json::array names;
        for (const auto& ref : list) {
            const char* strength = strengths[ref.strength <= 2 ? ref.strength : 0];
            names.emplace_back(ref.to_string());
            report_.say(padded(name, 12) + ref.to_string() + strength);
        }
        report_.set(name, std::move(names));
    }
    void lines(const char* name, const char* title, const std::vector<std::string>& lines) {
        for (const auto& line : lines) report_.say(padded(title, 12) + line);
        boost::json::array list;
        for (const auto& line : lines) list.emplace_back(line);
        report_.set(name, std::move(list));
    }
    Report& report() { return report_; }

private:
    Report report_;
};

}  // namespace

int plugins_list(const Invocation& call) {
    if (!call.arguments.empty()) return fail("`plugins list` takes no argument", 2);
    Report report({"plugins"});
    const auto directories = postern::plugin::default_plugin_directories();
    for (const auto& name : postern::plugin::plugin_names(directories)) {
        const auto file = PluginFile::open(postern::plugin::find_plugin(directories, name));
        if (!file) {
            report.add("plugins", {{"name", name}, {"error", file.error().text}},
                       padded(name, 22) + " cannot be used: " + file.error().text);
            continue;
        }
        const auto& d = file->description();
        const bool fits = file->abi_differences().empty();
        report.add("plugins",
                   {{"name", name}, {"version", d.version}, {"summary", d.summary}, {"fits", fits}},
                   padded(name, 22) + ' ' + padded(d.version, 8) + ' ' + d.summary +
                       (fits ? "" : " (built differently from this server)"));
    }
    return report.finish();
}

int plugins_inspect(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl plugins inspect FILE", 2);
    const auto file = PluginFile::open(call.arguments[0]);
    if (!file) return fail(file.error().text);
    const auto& d = file->description();
    Description out;
    out.field("id", d.id);
    out.field("version", d.version);
    out.field("summary", d.summary);
    out.field("vendor", d.vendor);
    out.field("license", d.license);
    out.field("status", d.status);
    out.field("peers", d.security_posture);
    out.interfaces("provides", d.provides);
    out.interfaces("needs", d.dependencies);
    out.lines("conflicts", "conflicts", d.conflicts);
    std::istringstream schema(d.config_schema);
    std::vector<std::string> settings;
    for (std::string line; std::getline(schema, line);) settings.push_back(line);
    out.lines("settings", "setting", settings);
    out.lines("abi_differences", "ABI", file->abi_differences());
    const bool fits = file->abi_differences().empty();
    if (fits) out.report().say(padded("ABI", 12) + "as this server's");
    return out.report().finish(fits ? 0 : 1);
}

}  // namespace posternctl
