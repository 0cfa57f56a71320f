#pragma once
// How the commands speak: lines for people or, with --json, for programs.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <initializer_list>
#include <string>

#include "postern/config/config_node.hpp"
#include "postern/store/ids.hpp"

namespace posternctl {

/// From now on standard output gets one JSON object, on one line, and standard error {"error": TEXT} for each mistake.
void speak_json();
bool speaks_json();

/// What is wrong with a configuration, on standard error.
void fail(const postern::Diagnostics& problems);
/// An error of which programs learn more than its text: "error" and what belongs to it. With --json only.
void tell_error(boost::json::object error);

/// "2026-11-22T10:30:00Z"; null if it never was.
boost::json::value json_time(postern::UnixTime when);
/// Ids have 63 bits, more than many readers of JSON keep in a number.
boost::json::value json_id(std::uint64_t id);

/// What a command has to say.
class Report {
public:
    /// `lists` are there also if nothing is added to them.
    explicit Report(std::initializer_list<const char*> lists = {});

    /// An entry of a list; people read `line`, at once.
    void add(const char* list, boost::json::object entry, const std::string& line);
    /// For programs alone: an entry of a list, a member.
    void list(const char* list, boost::json::object entry);
    void set(const char* name, boost::json::value value);
    void set(const char* name, const std::string& text);
    /// For people alone.
    void say(const std::string& line) const;
    /// Prints what programs are to know by now, before a command goes on and says more.
    void print_now();
    /// Prints the object. Answers `status`.
    int finish(int status = 0);

private:
    boost::json::object document_;
};

}  // namespace posternctl
