#include "kernel/app/options.hpp"

#include <boost/program_options.hpp>
#include <sstream>

namespace postern::app {

namespace po = boost::program_options;

namespace {

po::options_description describe() {
    po::options_description out("Options");
    auto add = out.add_options();
    add("config", po::value<std::string>()->value_name("FILE"),
        "serve with this configuration (/etc/postern/postern.yaml)");
    add("check", po::value<std::string>()->value_name("FILE"),
        "report every mistake in a configuration, with file, line and what was meant; serve nothing");
    add("version", "print the version");
    add("help", "print this");
    return out;
}

}  // namespace

Result<Options> parse_options(int argc, const char* const* argv) {
    Options out;
    try {
        po::variables_map values;
        po::store(po::command_line_parser(argc, argv).options(describe()).positional({}).run(), values);
        out.help = values.count("help") > 0;
        out.version = values.count("version") > 0;
        if (values.count("config") > 0) out.config = values["config"].as<std::string>();
        if (values.count("check") > 0) {
            out.check = true;
            out.config = values["check"].as<std::string>();
        }
    } catch (const po::error& e) {
        return Error(Errc::invalid, e.what());
    }
    return out;
}

std::string help_text() {
    std::ostringstream out;
    out << "postern serves mail as its configuration says.\n\nUsage: postern [--config FILE]\n"
           "       postern --check FILE\n\n"
        << describe() << "\nSignals: SIGTERM and SIGINT stop cleanly, SIGHUP reads the certificates again.\n";
    return out.str();
}

}  // namespace postern::app
